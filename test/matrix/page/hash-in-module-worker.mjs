/** The hash of the weights, trained in the page's module worker. */
export default async function hashInModuleWorker(options) {
  const worker = new Worker(new URL('hash-worker.mjs', import.meta.url), { type: 'module' });
  try {
    return await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = ({ message }) =>
        reject(new Error(`the worker failed: ${message ?? 'it failed to load'}`));
      worker.postMessage(options);
    });
  } finally {
    worker.terminate();
  }
}
