/**
 * npm run test:packages: packs bp4, installs it beside each bundler and server, has each of them run the same training, and
 * compares the hash of the weights. `-- --only vite` does it with one of them.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { install } from './packages/install.mjs';
import { places } from './packages/places.mjs';
import { EXPECTED } from './weight-hash.mjs';

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
  const rowsOfTool = await places[name](folder).catch((error) => [{ place: name, error: error.message }]);
  rows.push(...rowsOfTool.map((row) => ({ version: versionOf(name), ...row })));
  console.error(`${name}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
}

function versionOf(name) {
  if (name === 'node') return process.versions.node;
  if (name === 'files') return '';
  return createRequire(join(folder, 'package.json'))(join(folder, 'node_modules', name, 'package.json'))
    .version;
}

/** All that is not as it should be. */
const faultsOf = ({ expected, engine, hash, failures = [], complaints = [], error }) =>
  error === undefined
    ? [
        ...(engine === expected ? [] : [`engine: expected ${expected}, got ${engine}`]),
        ...(hash === EXPECTED ? [] : [`hash: expected ${EXPECTED}, got ${hash}`]),
        ...failures,
        ...complaints,
      ]
    : [error];

const kB = (bytes) => (bytes === undefined ? '' : (bytes / 1000).toFixed(1));
console.table(
  rows.map(({ place, version, engine, hash, size, ...row }) => ({
    place,
    version,
    engine,
    hash,
    'first, gzip kB': kB(size?.initial),
    'all, gzip kB': kB(size?.all),
    ok: faultsOf({ engine, hash, ...row }).length === 0,
  })),
);
for (const row of rows) {
  for (const fault of faultsOf(row)) {
    console.error(`${row.place}: ${fault}`);
    process.exitCode = 1;
  }
}
