/** What a worker says. */
export function awaitAnswer(worker) {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message ?? 'the worker could not be loaded'));
  });
}
