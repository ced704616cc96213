import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { complaintsIn, rowsOfPage } from './pages.mjs';
import { run, serveWith } from './processes.mjs';

// Each takes the scratch folder, and gives the rows of a tool.

const tool = (folder, name) => join(folder, 'node_modules', '.bin', name);

async function node(folder) {
  const output = await run(process.execPath, ['main.mjs'], join(folder, 'node'));
  return [{ place: 'Node: import', expected: 'wasm', ...JSON.parse(output) }];
}

/** Files as they were installed, without a bundler; an import map says where the one dependency is. */
async function files(folder) {
  return await rowsOfPage('static files', 'wasm', {
    '/': join(folder, 'static'),
    '/node_modules/': join(folder, 'node_modules'),
  });
}

async function esbuild(folder) {
  const project = join(folder, 'esbuild');
  const build = async (name, ...options) => {
    const parameters = [
      'main.mjs',
      'worker.mjs',
      'thread.mjs',
      '--bundle',
      '--minify',
      '--format=esm',
      '--out-extension:.js=.mjs',
    ];
    const out = join(project, name);
    const output = await run(
      tool(folder, 'esbuild'),
      [...parameters, `--outdir=${out}`, ...options],
      project,
    );
    cpSync(join(project, 'index.html'), join(out, 'index.html'));
    return [out, output];
  };
  const [single, outputOfSingle] = await build('single');
  const [split, outputOfSplit] = await build('split', '--splitting');
  const csp = (sources) => ({
    'Content-Security-Policy': `default-src 'none'; connect-src 'self'; script-src ${sources}`,
  });
  return [
    ...(await rowsOfPage('esbuild, one file', 'wasm', single, { output: outputOfSingle })),
    ...(await rowsOfPage('esbuild --splitting', 'wasm', split, { output: outputOfSplit })),
    ...(await rowsOfPage("CSP 'self'", 'reference', split, { headers: csp("'self'") })),
    ...(await rowsOfPage("CSP 'self' 'wasm-unsafe-eval'", 'wasm', split, {
      headers: csp("'self' 'wasm-unsafe-eval'"),
    })),
  ];
}

async function rollup(folder) {
  const project = join(folder, 'rollup');
  const output = await run(tool(folder, 'rollup'), ['-c', '--silent=false'], project);
  cpSync(join(project, 'index.html'), join(project, 'out', 'index.html'));
  return await rowsOfPage('rollup, not minified', 'wasm', join(project, 'out'), { output });
}

async function webpack(folder) {
  const project = join(folder, 'webpack');
  const output = await run(process.execPath, ['build.mjs'], project);
  cpSync(join(project, 'index.html'), join(project, 'out', 'index.html'));
  return await rowsOfPage('webpack', 'wasm', join(project, 'out'), { output });
}

async function vite(folder) {
  const project = join(folder, 'vite');
  const output = await run(tool(folder, 'vite'), ['build'], project);
  const built = await rowsOfPage('vite build', 'wasm', join(project, 'dist'), { output });
  const server = await serveWith(tool(folder, 'vite'), ['--host', '127.0.0.1', '--port', '0'], project, [
    /Local: +(http:\S+)/,
  ]);
  try {
    const rows = await rowsOfPage('vite, its server', 'wasm', server.found[0]);
    rows[0].complaints = complaintsIn(server.output());
    return [...built, ...rows];
  } finally {
    server.close();
  }
}

async function next(folder) {
  const project = join(folder, 'next');
  const output = await run(tool(folder, 'next'), ['build'], project);
  const server = await serveWith(
    tool(folder, 'next'),
    ['start', '--hostname', '127.0.0.1', '--port', '0'],
    project,
    [/Local: +(http:\S+)/],
  );
  try {
    const [url] = server.found;
    const rendered = await (await fetch(`${url}/server`)).text();
    const answered = await (await fetch(`${url}/route`)).json();
    return [
      ...(await rowsOfPage('next, client', 'wasm', url, { output: output + server.output() })),
      {
        place: 'next, server component',
        expected: 'wasm',
        ...JSON.parse(decodeURIComponent(/<pre>(.*?)<\/pre>/.exec(rendered)[1])),
      },
      { place: 'next, route', expected: 'wasm', ...answered },
    ];
  } finally {
    server.close();
  }
}

async function workerd(folder) {
  const project = join(folder, 'workerd');
  const parameters = ['server.mjs', 'server-with-module.mjs', '--bundle', '--format=esm', '--outdir=out'];
  const output = await run(tool(folder, 'esbuild'), [...parameters, '--external:*.wasm'], project);
  cpSync(join(folder, 'node_modules', 'bp4', 'dist', 'core.wasm'), join(project, 'out', 'core.wasm'));
  const server = await serveWith(
    tool(folder, 'workerd'),
    ['serve', 'config.capnp', '--control-fd=1'],
    project,
    ['plain', 'module'].map((name) => new RegExp(`"socket":"${name}","port":(\\d+)`)),
  );
  try {
    const [plain, module] = await Promise.all(
      server.found.map(async (port) => (await fetch(`http://127.0.0.1:${port}/`)).json()),
    );
    return [
      { place: 'workerd', expected: 'reference', ...plain, complaints: complaintsIn(output) },
      { place: 'workerd, WebAssembly.Module', expected: 'wasm', ...module },
    ];
  } finally {
    server.close();
  }
}

/** By the name of the tool, which `--only` takes too. */
export const places = { node, files, esbuild, rollup, webpack, vite, next, workerd };
