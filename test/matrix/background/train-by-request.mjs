import { trainSaveAndLoad } from '../whole-training.mjs';

/**
 * Trains where there is no page. The service worker of a website waits until its page asks; that of an extension begins as
 * it starts, and posts what it finds to the address that its manifest names. Errors are answers too.
 * @param Network that of bp4
 */
export function trainByRequest(Network) {
  const train = () =>
    trainSaveAndLoad(Network).catch((error) => ({
      error: `${error.name}: ${error.message}\n${error.stack}`,
    }));
  const manifest = globalThis.chrome?.runtime?.getManifest();
  if (manifest) train().then((found) => post(manifest.homepage_url, found));
  else
    addEventListener('message', (event) =>
      event.waitUntil(train().then((found) => event.ports[0].postMessage(found))),
    );
}

async function post(address, found) {
  await fetch(address, { method: 'POST', body: JSON.stringify({ ...found, trouble: [] }) });
}
