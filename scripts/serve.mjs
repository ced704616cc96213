import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

const types = {
  '.css': 'text/css; charset=utf-8',
  '.csv': 'text/csv; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
};

/**
 * Serves static files on a free port of 127.0.0.1, and accepts a page's post to `/result`.
 * @param folders a folder for all paths, or folders (or single files) by the prefix of the path, such as `/dist/`
 * @param options.headers sent with every response
 * @returns `result` settles with the JSON of the first post
 */
export async function serve(folders, { headers = {} } = {}) {
  const places = Object.entries(typeof folders === 'string' ? { '/': folders } : folders).sort(
    ([a], [b]) => b.length - a.length,
  );
  let settle;
  const result = new Promise((resolve) => (settle = resolve));

  const server = createServer((request, response) => {
    answer(request).then(
      ([status, type, body]) =>
        response
          .writeHead(status, {
            'Cache-Control': 'no-store',
            ...headers,
            ...(type && { 'Content-Type': type }),
          })
          .end(body),
      (error) => response.writeHead(error.code === 'ENOENT' ? 404 : 500, headers).end(String(error)),
    );
  });

  async function answer(request) {
    const path = normalize(decodeURIComponent(new URL(request.url, 'http://localhost').pathname));
    if (request.method === 'POST' && path === '/result') {
      settle(JSON.parse(await readBody(request)));
      return [204];
    }
    // browsers request it by themselves
    if (path === '/favicon.ico') return [204];
    const place = places.find(([prefix]) => path.startsWith(prefix));
    if (!place) return [404];
    const file = await findFile(join(place[1], path.slice(place[0].length)));
    return [200, types[extname(file)] ?? 'application/octet-stream', await readFile(file)];
  }

  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    result,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The file itself, or the index.html of a folder. */
async function findFile(path) {
  return (await stat(path)).isDirectory() ? join(path, 'index.html') : path;
}

async function readBody(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
