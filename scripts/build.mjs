/**
 * npm run build: assembly/ → build/kernels.wasm → build/core.wasm → src/kernels/wasm-module.ts → dist/, and dist/core.wasm; src/ →
 * src/formats/code/parts.ts; dist/brain/ → dist/brain.min.js and dist/cjs/; dist/ → dist/chunks/
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';
import binaryen from 'binaryen';
import { build } from 'vite';
import { bundleChunks } from './chunks.mjs';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

function runNode(...args) {
  try {
    execFileSync(process.execPath, args, { stdio: 'inherit' });
  } catch (error) {
    fail(error.status ?? 1); // the program has reported the error on stderr
  }
}

function fail(status) {
  console.error('build failed');
  process.exit(status);
}

// Skips a build whose sources haven't changed, because npm ci, npm test and the matrices all request one.
const stampPath = 'build/dist.stamp';
const isBuilt =
  existsSync('dist/core.wasm.d.ts') &&
  existsSync(stampPath) &&
  readFileSync(stampPath, 'utf8') === hashSources();
if (isBuilt) {
  console.log('dist/ is up to date');
  process.exit();
}

// 1. the unrolled micro-kernels: assembly/micro/tiles.ts; and the structs that kernels and TypeScript share:
//    assembly/structs.ts, src/memory/structs.ts, src/memory/team.ts
runNode('scripts/generate-tiles.mjs');
runNode('scripts/generate-structs.mjs');

// 2. AssemblyScript → WebAssembly (asc prints its own diagnostics), for one thread, for several and for bp4/brain; a
//    module's bytes become a string, so that bundlers and browsers have nothing to locate or fetch
const kernelStamp = hashFiles(
  'assembly',
  'asconfig.json',
  'scripts/build.mjs',
  'node_modules/assemblyscript/package.json',
);
const core = packaged(await compile('release', 'assembly/index.ts', 'kernels'), 'core');
const threads = packaged(await compile('threads', 'assembly/threads.ts', 'kernels-threads'), 'threads');
// Its constants lie below those of the core, in the same memory: from 64 to 1024.
const tiny = await compile('tiny', 'assembly/tiny.ts', 'kernels-tiny');
const brain = await compile('brain', 'assembly/brain/index.ts', 'kernels-brain');
const coreName = `bp4 ${createHash('sha256').update(core).digest('hex').slice(0, 16)}`;
writeModule('kernels/wasm-module', core, `export const coreName = '${coreName}';\n`);
writeModule('kernels/wasm-threads-module', threads);
writeModule('brain/wasm-module', brain);
writeModule('training/wasm-tiny-module', tiny);

/** Compiles a module only if its sources, its options, the compiler or this script have changed, because asc takes most of a build. */
async function compile(target, entry, wasmName) {
  const [wasm, stamp] = [`build/${wasmName}.wasm`, `build/${wasmName}.stamp`];
  const isFresh = existsSync(wasm) && existsSync(stamp) && readFileSync(stamp, 'utf8') === kernelStamp;
  if (isFresh) return readFileSync(wasm);
  const { error } = await asc.main([entry, '--config', 'asconfig.json', '--target', target], {
    stdout: process.stdout,
    stderr: { write: writeDiagnostic },
  });
  if (error) fail(1);
  const sorted = sortFunctions(readFileSync(wasm));
  writeFileSync(wasm, sorted);
  writeFileSync(stamp, kernelStamp);
  return sorted;
}

/** asc ends its optimization when a pass no longer makes the module smaller, and keeps the smaller one: that isn't a warning. */
function writeDiagnostic(text) {
  if (String(text).trim() !== 'Last converge was suboptimal.') process.stderr.write(text);
}

/** Puts functions that are called often first, where their numbers are short: gzip then saves 200 bytes. The code is the same. */
function sortFunctions(wasm) {
  const module = binaryen.readBinary(wasm);
  module.setFeatures(binaryen.Features.All);
  module.runPasses(['reorder-functions']);
  return Buffer.from(module.emitBinary());
}

/**
 * The module for the package, which exports no parts of a step (`StepParts` in src/kernels/kernels.ts): gzip saves 330 bytes. Tests
 * and benchmarks call the parts in the module with all exports, whose code is the same.
 */
function packaged(wasm, wasmName) {
  const parts = [
    ...['cost', 'outputDelta', 'hiddenDelta', 'biasGradient', 'weightGradient', 'update', 'beginUpdate'],
    ...['regularize', 'decay', 'optimize', 'limitNorms', 'dropOut'],
  ];
  const module = binaryen.readBinary(wasm);
  module.setFeatures(binaryen.Features.All);
  for (const part of parts) module.removeExport(part);
  module.runPasses(['remove-unused-module-elements']);
  const bytes = Buffer.from(module.emitBinary());
  writeFileSync(`build/${wasmName}.wasm`, bytes);
  return bytes;
}

/** Hashes everything that dist/ depends on. */
function hashSources() {
  return hashFiles(
    'assembly',
    'src',
    'scripts',
    ...['asconfig', 'package', 'package-lock', 'tsconfig', 'tsconfig.build', 'tsconfig.node'].map(
      (name) => `${name}.json`,
    ),
  );
}

/** Hashes names and contents of files, and of all files in folders. */
function hashFiles(...paths) {
  const hash = createHash('sha256');
  const add = (path) => {
    if (statSync(path).isDirectory()) {
      for (const name of readdirSync(path).sort()) add(`${path}/${name}`);
    } else hash.update(`${path}\n`).update(readFileSync(path));
  };
  paths.forEach(add);
  return hash.digest('hex');
}

function writeModule(moduleName, wasm, more = '') {
  const path = `src/${moduleName}.ts`;
  // `: string` keeps the literal from appearing a second time, as a type, in the declaration file
  const source = `// Generated from assembly/ by \`npm run build\`. Do not edit.
${more}export const wasmText: string =
  '${encodeText(wasm)}';
`;
  // unchanged files stay untouched, so that watchers stay quiet
  if (!existsSync(path) || readFileSync(path, 'utf8') !== source) writeFileSync(path, source);
}

/** One character for a common byte, two for any other. src/kernels/decode-text.ts reads it, and explains the choice. */
function encodeText(bytes) {
  const planes = ['', '|', '}', '~'];
  const letter = (n) => String.fromCharCode(n + (n < 52 ? 40 : 45)); // ( to [, then a to {
  return Array.from(bytes, (byte) => {
    const n = (byte + 3) % 256;
    return planes[Math.floor(n / 79)] + letter(n % 79);
  }).join('');
}

// 3. functions of the reference as text: src/formats/code/parts.ts
runNode('scripts/generate-parts.mjs');

// 4. TypeScript → dist/, emptied first so that nothing of an earlier build is published; src/node/ and src/cli/ separately,
//    because only they may use Node-only features
rmSync(stampPath, { force: true });
rmSync('dist', { recursive: true, force: true });
runNode('node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json');
runNode('node_modules/typescript/bin/tsc', '-p', 'tsconfig.node.json');

// 5. dist/core.wasm, for hosts that take compiled modules; the name of an empty custom section identifies the build
const name = Buffer.from(coreName);
writeFileSync('dist/core.wasm', Buffer.concat([core, Buffer.from([0, name.length + 1, name.length]), name]));
writeFileSync(
  'dist/core.wasm.d.ts',
  '/** The module, compiled by the host, for the option `engine`. */\ndeclare const core: WebAssembly.Module;\nexport default core;\n',
);

// 6. bp4/brain for pages without modules, with the global `brain`; and in CommonJS, for Jest and webpack 4. Its old parser knows no
//    #private fields; with names instead, no WeakMap slows them down. The minifier shortens the names of #private fields, but not
//    those of fields that TypeScript makes private, all of which begin with `_`
const readPrivateFields = {
  name: 'read-private-fields',
  transform: (code) => code.replace(/(?<=^\s*|\.|\b(?:get|set|static) )#(?=[a-z]\w*)/gim, '__'),
};
const shortNames = new Map();
const shortenPrivateFields = {
  name: 'shorten-private-fields',
  transform: (code) =>
    code.replace(/\b_[a-z]\w*/gi, (name) => {
      if (!shortNames.has(name)) shortNames.set(name, `$${shortNames.size.toString(36)}`);
      return shortNames.get(name);
    }),
};
const bundle = (format, entry, file) =>
  build({
    configFile: false,
    logLevel: 'error',
    plugins: [format === 'iife' ? shortenPrivateFields : readPrivateFields],
    build: {
      target: format === 'iife' ? 'es2022' : 'es2018',
      outDir: 'dist',
      emptyOutDir: false,
      copyPublicDir: false,
      minify: format === 'iife' ? 'oxc' : false,
      lib: { entry, formats: [format], name: 'brain', fileName: () => file },
    },
  });
writeFileSync('build/brain-global.js', "export { default } from '../dist/brain/index.js';\n");
await bundle('iife', 'build/brain-global.js', 'brain.min.js');
await bundle('cjs', 'dist/brain/index.js', 'cjs/brain/index.js');

// The declarations for CommonJS are the same files in a folder that package.json declares to be CommonJS
writeFileSync('dist/cjs/package.json', '{ "type": "commonjs" }\n');
copyDeclarations('brain/index.d.ts');

/** Copies a declaration file, and all that it imports, from dist/ to dist/cjs/. */
function copyDeclarations(path, copied = new Set()) {
  if (copied.has(path)) return;
  copied.add(path);
  const text = readFileSync(`dist/${path}`, 'utf8');
  mkdirSync(dirname(`dist/cjs/${path}`), { recursive: true });
  writeFileSync(`dist/cjs/${path}`, text);
  for (const [, target] of text.matchAll(/(?:from |import\()['"](\..*?)\.js['"]/g)) {
    copyDeclarations(join(dirname(path), `${target}.d.ts`), copied);
  }
}

// 7. chunks of the modules in dist/, for Node
await bundleChunks();

writeFileSync(stampPath, hashSources());
console.log(`built dist/ around ${core.length + threads.length + brain.length} bytes of WebAssembly`);
