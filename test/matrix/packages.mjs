/**
 * npm run test:packages: packs bp4, installs it with each bundler and server, runs the same training in each, and compares
 * the hashes of the weights. `-- --only vite` selects one.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { esbuild, rollup, vite, webpack } from './packages/bundlers.mjs';
import { install } from './packages/install.mjs';
import { reached } from './packages/reached.mjs';
import { files, next, node, workerd } from './packages/servers.mjs';
import { EXPECTED } from './weight-hash.mjs';

/** The places by their names for `--only`. */
const places = { reached, node, files, esbuild, rollup, webpack, vite, next, workerd };

const { only = Object.keys(places) } = parseArgs({
  options: { only: { type: 'string', multiple: true } },
}).values;
const unknown = only.find((name) => !Object.hasOwn(places, name));
if (unknown !== undefined) {
  console.error(`--only ${unknown}: expected one of ${Object.keys(places).join(', ')}`);
  process.exit(2);
}

const folder = await install();
const rows = [];
for (const name of only) {
  const start = performance.now();
  const toolRows = await places[name](folder).catch((error) => [{ place: name, error: error.message }]);
  rows.push(...toolRows.map((row) => ({ version: readVersion(name), ...row })));
  console.error(`${name}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
}

/** Returns the version of the npm package of this name, if there is one. */
function readVersion(name) {
  const manifest = join(folder, 'node_modules', name, 'package.json');
  return existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')).version : '';
}

/** Lists the errors in a row. */
function findFaults({ error, expected, engine, hash, failures = [], complaints = [] }) {
  if (error !== undefined) return [error];
  const wrong = [...failures, ...complaints];
  if (engine !== expected) wrong.push(`engine: expected ${expected}, got ${engine}`);
  if (expected !== undefined && hash !== EXPECTED) wrong.push(`hash: expected ${EXPECTED}, got ${hash}`);
  return wrong;
}

const kB = (bytes) => (bytes === undefined ? '' : (bytes / 1000).toFixed(1));
const table = rows.map((row) => ({
  place: row.place,
  version: row.version,
  engine: row.engine ?? '',
  hash: row.hash ?? '',
  'first, gzip kB': kB(row.size?.initial),
  'all, gzip kB': kB(row.size?.all),
  ok: findFaults(row).length === 0,
}));
console.table(table);
for (const row of rows) {
  for (const fault of findFaults(row)) {
    console.error(`${row.place}: ${fault}`);
    process.exitCode = 1;
  }
}
