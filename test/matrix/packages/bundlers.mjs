import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { complaintsIn, testPage } from './pages.mjs';
import { address, bin, run, serveWith } from './processes.mjs';

// Each function takes the folder with all packages, builds the page of app/ with a bundler, and returns the rows of the page.

export async function esbuild(folder) {
  const project = join(folder, 'esbuild');
  const build = async (name, ...options) => {
    const out = join(project, name);
    const entries = ['main.mjs', 'worker.mjs', 'thread.mjs'];
    const common = ['--bundle', '--minify', '--format=esm', '--out-extension:.js=.mjs', `--outdir=${out}`];
    const output = await run(bin(folder, 'esbuild'), [...entries, ...common, ...options], project);
    cpSync(join(project, 'index.html'), join(out, 'index.html'));
    return { out, output };
  };
  const whole = await build('whole');
  const split = await build('split', '--splitting');
  return [
    ...(await testPage('esbuild, one file', 'wasm', whole.out, whole)),
    ...(await testPage('esbuild --splitting', 'wasm', split.out, split)),
    ...(await strictRows("script-src 'self'", 'reference', split.out)),
    ...(await strictRows("script-src 'self' 'wasm-unsafe-eval'", 'wasm', split.out)),
  ];
}

/** Serves the page under a strict Content-Security-Policy. */
function strictRows(directive, expected, out) {
  const headers = { 'Content-Security-Policy': `default-src 'none'; connect-src 'self'; ${directive}` };
  return testPage(`CSP ${directive}`, expected, out, { headers });
}

export async function rollup(folder) {
  const project = join(folder, 'rollup');
  const out = join(project, 'out');
  const output = await run(bin(folder, 'rollup'), ['-c'], project);
  cpSync(join(project, 'index.html'), join(out, 'index.html'));
  return await testPage('rollup, not minified', 'wasm', out, { output });
}

export async function webpack(folder) {
  const project = join(folder, 'webpack');
  const out = join(project, 'out');
  const output = await run(process.execPath, ['build.mjs'], project);
  cpSync(join(project, 'index.html'), join(out, 'index.html'));
  return await testPage('webpack', 'wasm', out, { output });
}

export async function vite(folder) {
  const project = join(folder, 'vite');
  const program = bin(folder, 'vite');
  const output = await run(program, ['build'], project);
  const built = await testPage('vite build', 'wasm', join(project, 'dist'), { output });
  const server = await serveWith(program, ['--host', '127.0.0.1', '--port', '0'], project, [address]);
  try {
    const served = await testPage('vite, its server', 'wasm', server.found[0]);
    served[0].complaints = complaintsIn(server.output());
    return [...built, ...served];
  } finally {
    await server.close();
  }
}
