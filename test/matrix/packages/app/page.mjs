import { awaitAnswer } from './answer.mjs';
import { dataChecks, exercise } from './exercise.mjs';
import { tell } from './tell.mjs';
import { workerChecks } from './trained-elsewhere.mjs';

/** Does it all in the page and in a module Worker, and tells. */
export const runPage = () =>
  tell({
    page: () => exercise({}, { ...dataChecks, ...workerChecks }),
    worker: () => awaitAnswer(new Worker(new URL('./worker.mjs', import.meta.url), { type: 'module' })),
  });
