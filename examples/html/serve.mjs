// Serves index.html with the packages that it imports. Any static file server works too, if it serves the folder of
// package.json.

import { fileURLToPath } from 'node:url';
import { serve } from '../../scripts/serve.mjs';

const { url } = await serve(fileURLToPath(new URL('../..', import.meta.url)));
console.log(`${url}examples/html/`);
