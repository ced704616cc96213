/* global addEventListener, caches, clients, registration */

// Keeps the page for use without a network. The build puts the names of its files here.
const FILES = ['FILES'];
const VERSION = 'VERSION';

const prefix = `bp4-playground ${registration.scope} `;
const name = prefix + VERSION;

addEventListener('install', (event) => {
  event.waitUntil(caches.open(name).then((cache) => cache.addAll(FILES)));
});

addEventListener('activate', (event) => {
  event.waitUntil(dropOlder().then(() => clients.claim()));
});

addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET' || !request.url.startsWith(registration.scope)) return;
  event.respondWith(request.mode === 'navigate' ? fromNetwork(request) : fromCache(request));
});

async function dropOlder() {
  const names = await caches.keys();
  const older = names.filter((other) => other.startsWith(prefix) && other !== name);
  await Promise.all(older.map((other) => caches.delete(other)));
}

/** The page itself: the newest, if there's a network. */
async function fromNetwork(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const cached = await caches.match('./');
    if (cached === undefined) throw error;
    return cached;
  }
}

/** Its other files, whose names change with their contents. */
async function fromCache(request) {
  const cached = await caches.match(request);
  if (cached !== undefined) return cached;
  const response = await fetch(request);
  if (response.ok) {
    const cache = await caches.open(name);
    await cache.put(request, response.clone()).catch(() => {
      // the disk is full: without a network, this file will be missing
    });
  }
  return response;
}
