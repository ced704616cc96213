import { dataChecks, exercise } from './exercise.mjs';
import { tell } from './tell.mjs';
import { workerChecks } from './trained-elsewhere.mjs';

/** Does it all in the page and in a module Worker, and tells. */
export const runPage = () =>
  tell({
    page: () => exercise({}, { ...dataChecks, ...workerChecks }),
    worker: () => inWorker(new Worker(new URL('./worker.mjs', import.meta.url), { type: 'module' })),
  });

function inWorker(worker) {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message ?? 'the worker could not be loaded'));
  });
}
