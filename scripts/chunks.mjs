import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import { floors } from './floors.mjs';

const dist = resolve('dist');

/** Folders for Node alone. Their chunks replace their modules; all other chunks lie in dist/chunks/. */
const forNode = ['node', 'queue', 'cli'];
const place = (file) => (forNode.includes(file.split('/')[0]) ? file : `chunks/${file}`);

/** Folders whose modules share a chunk, in the order of their floors. The formats load one by one, and Parquet on demand. */
const parts = {
  formats: ['onnx', 'tfjs', 'safetensors', 'numpy', 'code'],
  data: ['parquet'],
};
const folders = floors
  .filter((floor) => !floor.endsWith('.ts'))
  .map((floor) => floor.slice('src/'.length))
  .flatMap((folder) => [folder, ...(parts[folder] ?? []).map((part) => `${folder}/${part}`)]);
const folderOf = (path) => folders.findLast((folder) => path.startsWith(join(dist, folder, '/')));

/**
 * Bundles the modules in dist/ into chunks for Node, Deno and Bun (the condition `node` in package.json), because Node takes long to
 * load a module, and `import 'bp4'` loads 61. Bundlers keep the modules: they drop a module that nothing uses more surely than a part
 * of a chunk, and they divide programs between modules.
 *
 * A chunk has those modules of a folder that several entries need. Floors import downward only, and so do chunks.
 */
export async function bundleChunks() {
  const core = importsOf('index.js');
  const withoutNetwork = ['metrics', 'data', 'brain'].map((folder) => importsOf(`${folder}/index.js`));
  const start = importsOf('cli/index.js');
  const alone = (module) => ({ name: module, test: (path) => path === join(dist, `${module}.js`) });
  const program = alone('cli/program');
  const errors = ['node/file-error', 'queue/queue-error'].map((module) => join(dist, `${module}.js`));
  // The first group that wants a module takes it, and all its imports that are left.
  const groups = [
    { name: 'base', test: (path) => core.has(path) && withoutNetwork.some((paths) => paths.has(path)) },
    { name: 'core', test: (path) => core.has(path) },
    // what `bp4 --help` loads; bp4/node and bp4/queue must not load commander for their errors
    { name: 'node/errors', test: (path) => errors.includes(path) },
    { name: 'cli/start', test: (path) => start.has(path) && !program.test(path) },
    alone('base/inflate'), // its package, fflate, loads only for data
    program,
    // tests, benchmarks and the build of the playground import these
    ...['cli/terminal/stop-signals', 'cli/bench/plain-network', 'cli/playground/digits'].map(alone),
    ...folders.map((folder) => ({
      name: `${folder}/shared`,
      test: (path) => folderOf(path) === folder,
      minShareCount: 2,
    })),
  ];
  const entries = [...exportedModules(), 'cli/index.js', 'node/search-thread.js'];
  const bundle = await rolldown({
    input: Object.fromEntries(entries.map((file) => [file.slice(0, -'.js'.length), join(dist, file)])),
    plugins: [await storeInBase64()],
    external: /^[^./]/, // packages, and modules of Node
    platform: 'neutral',
    optimization: { inlineConst: false }, // the text of a WebAssembly module would be in the file twice
    checks: { ineffectiveDynamicImport: false }, // some commands load on demand what others need at once
  });
  const { output } = await bundle.generate({
    comments: { jsdoc: false },
    minifyInternalExports: false,
    entryFileNames: ({ name }) => place(`${name}.js`),
    chunkFileNames: ({ name, isDynamicEntry, facadeModuleId }) =>
      place(isDynamicEntry && facadeModuleId ? relative(dist, facadeModuleId) : `${name}.js`),
    codeSplitting: { groups: groups.map((group, i) => ({ ...group, priority: groups.length - i })) },
  });
  await bundle.close();

  for (const folder of forNode) {
    const files = readdirSync(join(dist, folder), { recursive: true });
    for (const file of files.filter((name) => name.endsWith('.js'))) rmSync(join(dist, folder, file));
  }
  for (const { fileName, code } of output) {
    const path = join(dist, fileName);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, escapeUnicode(code));
  }
}

/**
 * Stores the WebAssembly modules in base64, which Node decodes at once. `decodeText` takes as long as the rest of a network's creation,
 * and the bytes that its text saves in gzip count only in pages.
 */
async function storeInBase64() {
  const decoder = join(dist, 'kernels/decode-text.js');
  const { decodeText } = await import(pathToFileURL(decoder));
  return {
    name: 'store-in-base64',
    transform(code, path) {
      if (path === decoder) return "export const decodeText = (text) => Buffer.from(text, 'base64');";
      return code.replace(/(?<=^export const wasmText = ')[^']+/m, (text) =>
        Buffer.from(decodeText(text)).toString('base64'),
      );
    },
  };
}

/** The modules in dist/ that package.json exports. */
function exportedModules() {
  const { exports } = JSON.parse(readFileSync('package.json', 'utf8'));
  return Object.values(exports)
    .map((entry) => entry.import ?? entry)
    .map((conditions) => conditions.default ?? conditions.node)
    .filter((path) => path?.endsWith('.js'))
    .map((path) => path.slice('./dist/'.length));
}

/** The paths of all modules that a module in dist/ needs to start: those that it imports without `import()`, and their imports. */
function importsOf(file) {
  const paths = new Set();
  const follow = (from) => {
    const code = readFileSync(from, 'utf8');
    for (const [, target] of code.matchAll(/^(?:import|export)\s[^;]*?['"](\.[^'"]*)['"];/gm)) {
      const path = join(dirname(from), target);
      if (paths.has(path)) continue;
      paths.add(path);
      follow(path);
    }
  };
  follow(join(dist, file));
  return paths;
}

/** Code in ASCII: Node reads it faster, and keeps it in half the memory. Only strings and regular expressions have other characters. */
function escapeUnicode(code) {
  return code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
