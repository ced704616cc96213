// ../../../ leads to dist/ on disk; on a server and in an extension, where dist/ lies at the root, no further than there
import { Network } from '../../../dist/index.js';
import { trainByRequest } from './train-by-request.mjs';

trainByRequest(Network);
