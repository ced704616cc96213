/** esbuild doesn't bundle `new Worker`, so the worker is a separate entry next to the page's. */
export const where = {
  worker: () => new Worker(new URL('./thread.mjs', import.meta.url), { type: 'module' }),
};
