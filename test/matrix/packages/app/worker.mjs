import { dataChecks, exercise } from './exercise.mjs';

// no top-level await, because Vite builds classic workers by default
exercise({}, dataChecks).then(postMessage);
