import InlineWorker from './worker.ts?worker&inline';

/** Starts the training worker from its text in the page: a page opened from a file may not load other files. */
export const startWorker = (): Worker => new InlineWorker();
