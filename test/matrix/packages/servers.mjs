import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { complaintsIn, testPage } from './pages.mjs';
import { address, bin, run, serveWith } from './processes.mjs';

// Each function takes the folder with all packages, and returns the rows of a program without a page, or of a page without
// a bundler.

export async function node(folder) {
  const output = await run(process.execPath, ['main.mjs'], join(folder, 'node'));
  return [{ place: 'Node, import', version: process.versions.node, expected: 'wasm', ...JSON.parse(output) }];
}

/** The files as installed, without a bundler. */
export async function files(folder) {
  const rows = await testPage('static files', 'wasm', {
    '/': join(folder, 'static'),
    '/node_modules/': join(folder, 'node_modules'),
  });
  return rows.map((row) => ({ ...row, version: `Chromium ${row.browser}` }));
}

/** A page, a server component and a route. */
export async function next(folder) {
  const rows = await withNext(join(folder, 'next'), bin(folder, 'next'), async (url, output) => {
    const rendered = await (await fetch(`${url}/server`)).text();
    const [, json] = /<pre>(.*?)<\/pre>/.exec(rendered);
    return [
      ...(await testPage('next, client', 'wasm', url, { output })),
      { place: 'next, server component', expected: 'wasm', ...JSON.parse(decodeURIComponent(json)) },
      { place: 'next, route', expected: 'wasm', ...(await fetchJSON(`${url}/route`)) },
    ];
  });
  const external = await withNext(join(folder, 'next-external'), bin(folder, 'next'), async (url, output) => [
    {
      place: 'next, route, external',
      expected: 'wasm',
      ...(await fetchJSON(`${url}/route`)),
      complaints: complaintsIn(output),
    },
  ]);
  return [...rows, ...external];
}

async function withNext(project, program, use) {
  mkdirSync(join(project, '.next', 'cache'), { recursive: true }); // without a cache folder, Next prints a warning in CI
  const output = await run(program, ['build'], project);
  const parameters = ['start', '--hostname', '127.0.0.1', '--port', '0'];
  const server = await serveWith(program, parameters, project, [address]);
  try {
    return await use(server.found[0], output + server.output());
  } finally {
    await server.close();
  }
}

/** A server that can't compile WebAssembly, and one that receives the compiled module. */
export async function workerd(folder) {
  const project = join(folder, 'workerd');
  const entries = ['server.mjs', 'server-with-module.mjs'];
  const options = ['--bundle', '--format=esm', '--outdir=out', '--external:*.wasm'];
  const output = await run(bin(folder, 'esbuild'), [...entries, ...options], project);
  cpSync(join(folder, 'node_modules', 'bp4', 'dist', 'core.wasm'), join(project, 'out', 'core.wasm'));
  const ports = ['plain', 'module'].map((name) => new RegExp(`"socket":"${name}","port":(\\d+)`));
  const server = await serveWith(
    bin(folder, 'workerd'),
    ['serve', 'config.capnp', '--control-fd=1'],
    project,
    ports,
  );
  try {
    const [plain, module] = await Promise.all(
      server.found.map((port) => fetchJSON(`http://127.0.0.1:${port}/`)),
    );
    return [
      { place: 'workerd', expected: 'reference', ...plain, complaints: complaintsIn(output) },
      { place: 'workerd, WebAssembly.Module', expected: 'wasm', ...module },
    ];
  } finally {
    await server.close();
  }
}

const fetchJSON = async (url) => await (await fetch(url)).json();
