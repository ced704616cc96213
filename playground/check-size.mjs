// npm run check:size: what a browser loads of build/playground before the page is there and can train.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const LIMIT = 150_000;
const folder = fileURLToPath(new URL('../build/playground/', import.meta.url));

/** Loaded only for tables (data, iris), digits and code, where WebAssembly is refused, or never: Parquet files and threads. */
const later = /^(data|iris|digits|code|reference|file|threads)-/;

const files = [
  'index.html',
  ...readdirSync(`${folder}assets`)
    .filter((name) => !later.test(name))
    .map((name) => `assets/${name}`),
];
const sizes = files.map((name) => gzipSync(readFileSync(folder + name)).length);
const total = sizes.reduce((sum, size) => sum + size, 0);
console.log(`The playground's first load: ${total} of ${LIMIT} bytes (gzip), ${files.length} files`);
if (total > LIMIT) {
  files.forEach((name, i) => console.error(String(sizes[i]).padStart(8), name));
  process.exitCode = 1;
}
