/** The same in a module Worker of the page's own. */
export default async function hashInModuleWorker(options) {
  const worker = new Worker(new URL('hash-worker.mjs', import.meta.url), { type: 'module' });
  try {
    return await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = ({ message }) =>
        reject(new Error(`the worker failed: ${message ?? 'it could not be loaded'}`));
      worker.postMessage(options);
    });
  } finally {
    worker.terminate();
  }
}
