import { trainSaveAndLoad } from '../whole-training.mjs';

/**
 * Trains without a page. A website's service worker waits for a request of its page. An extension's service worker trains at
 * its start and posts its result to the address that its manifest names. Errors are results too.
 * @param Network the class from bp4
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
