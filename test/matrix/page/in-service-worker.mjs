/**
 * The reply of a service worker. The page waits until the worker is active, sends it a request and unregisters it.
 * @param options.script the address of the service worker, a build of background/
 * @param options.type 'module', or 'classic' for a bundle in one file
 */
export default async function inServiceWorker({ script, type }) {
  const registration = await navigator.serviceWorker.register(script, { type });
  try {
    const worker = await activate(registration);
    const { port1, port2 } = new MessageChannel();
    const answer = new Promise((resolve) => (port1.onmessage = ({ data }) => resolve(data)));
    worker.postMessage('train', [port2]);
    return await answer;
  } finally {
    await registration.unregister();
  }
}

async function activate({ installing, waiting, active }) {
  const worker = installing ?? waiting ?? active;
  await new Promise((resolve, reject) => {
    const look = () => {
      if (worker.state === 'activated') resolve();
      if (worker.state === 'redundant') reject(new Error('the service worker could not be installed'));
    };
    worker.addEventListener('statechange', look);
    look();
  });
  return worker;
}
