import { awaitAnswer } from './answer.mjs';
import { dataChecks, exercise } from './exercise.mjs';
import { tell } from './tell.mjs';
import { workerChecks } from './trained-elsewhere.mjs';

/** Runs everything in the page and in a module worker, and reports the results. */
export const runPage = () =>
  tell({
    page: () => exercise({}, { ...dataChecks, ...workerChecks }),
    worker: () => awaitAnswer(new Worker(new URL('./worker.mjs', import.meta.url), { type: 'module' })),
  });
