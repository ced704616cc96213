// ../../../ leads to dist/ on disk; on a server and in an extension it stops at the root, which holds dist/
import '../../../dist/reference.js';
import { Network } from '../../../dist/index.js';
import { trainByRequest } from './train-by-request.mjs';

trainByRequest(Network);
