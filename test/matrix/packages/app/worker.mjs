import { dataChecks, exercise } from './exercise.mjs';

// no await at the top: Vite makes workers that are no modules unless told otherwise
exercise({}, dataChecks).then(postMessage);
