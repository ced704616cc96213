/** Waits for the message of a worker. */
export function awaitAnswer(worker) {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message ?? 'the worker failed to load'));
  });
}
