import { dataChecks, exercise } from './exercise.mjs';

try {
  postMessage(await exercise({}, dataChecks));
} catch (error) {
  postMessage({ error: String(error?.stack ?? error) });
}
