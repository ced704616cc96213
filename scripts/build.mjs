/**
 * npm run build: assembly/ → build/kernels.wasm → src/kernels/wasm-module.ts → dist/
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

function runNode(...args) {
  try {
    execFileSync(process.execPath, args, { stdio: 'inherit' });
  } catch (error) {
    fail(error.status ?? 1); // the program has said on stderr what is wrong
  }
}

function fail(status) {
  console.error('build failed');
  process.exit(status);
}

// 1. the unrolled micro-kernels: assembly/micro/tiles.ts
runNode('scripts/generate-tiles.mjs');

// 2. AssemblyScript → WebAssembly (asc prints its own diagnostics)
const { error } = await asc.main(['--config', 'asconfig.json', '--target', 'release'], {
  stdout: process.stdout,
  stderr: process.stderr,
});
if (error) fail(1);

// 3. the module's bytes as a string, so that bundlers and browsers have nothing to locate or fetch;
//    left alone when unchanged, so that watchers stay quiet
const wasm = readFileSync('build/kernels.wasm');
const wasmModulePath = 'src/kernels/wasm-module.ts';
// `: string` keeps the literal from appearing a second time, as a type, in the declaration file
const wasmModule = `// Generated from assembly/ by \`npm run build\`. Do not edit.
export const wasmBase64: string =
  '${wasm.toString('base64')}';
`;
if (!existsSync(wasmModulePath) || readFileSync(wasmModulePath, 'utf8') !== wasmModule) {
  writeFileSync(wasmModulePath, wasmModule);
}

// 4. TypeScript → dist/, emptied first so that nothing of an earlier build is published
rmSync('dist', { recursive: true, force: true });
runNode('node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json');

console.log(`built dist/ around ${wasm.length} bytes of WebAssembly`);
