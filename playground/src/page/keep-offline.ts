/** Keeps the page for use without a network, if a server serves it and the browser can. */
export function keepOffline(): void {
  const isServed = import.meta.env.PROD && import.meta.env.MODE !== 'single';
  if (!isServed || !('serviceWorker' in navigator) || !location.protocol.startsWith('http')) return;
  const register = (): void => {
    navigator.serviceWorker.register('./service-worker.js').catch(() => {
      // a private window, or a policy, forbids it: the page works with a network
    });
  };
  // its requests come after those of the page
  if (document.readyState === 'complete') register();
  else addEventListener('load', register, { once: true });
}
