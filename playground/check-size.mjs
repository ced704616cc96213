// npm run check:size: the size of the files that a browser loads from build/playground before the page can train.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const LIMIT = 150_000;
const folder = fileURLToPath(new URL('../build/playground/', import.meta.url));

/**
 * Files that load later (tables with their helper `half`, digits, code, another language, explanations, exports), only without
 * WebAssembly (reference), or never (Parquet files, threads, the gradient check).
 */
const later =
  /^(data|half|iris|digits|code|zh|explain-divergence|python-cell|save-picture|reference|file|thrift|zstd|threads|check-gradients)-/;

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
