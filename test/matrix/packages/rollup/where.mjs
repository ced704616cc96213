/** This bundler leaves `new Worker` as it is: the worker is an entry of its own, beside that of the page. */
export const where = {
  worker: () => new Worker(new URL('./thread.mjs', import.meta.url), { type: 'module' }),
};
