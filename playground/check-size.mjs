// npm run check:size: the size of the files that a browser loads from build/playground before the page can train.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const LIMIT = 150_000;
const folder = fileURLToPath(new URL('../build/playground/', import.meta.url));

/** The chunk that the worker loads by `import()` when it begins to train; the diagnosis follows after the first epoch. */
const inTraining = /^tiny-.*\.js$/;

/** What a file loads by itself: scripts, styles and workers of the page, static imports, and fonts. */
const loads =
  /(?:src="|href="|from ?["'`]|import ?["'`]|url\()\.\/(?:assets\/)?([\w.-]+)|(worker-[\w-]+\.js)/g;

const files = new Set();
const add = (name) => {
  if (files.has(name)) return;
  files.add(name);
  if (!/\.(html|js|css)$/.test(name)) return;
  for (const [, loaded, worker] of read(name).toString().matchAll(loads)) add(loaded ?? worker);
};
const read = (name) => readFileSync(folder + (name === 'index.html' ? name : `assets/${name}`));
add('index.html');
readdirSync(`${folder}assets`)
  .filter((name) => inTraining.test(name))
  .forEach(add);

const sizes = Array.from(files, (name) => ({ name, size: gzipSync(read(name)).length }));
const total = sizes.reduce((sum, { size }) => sum + size, 0);
console.log(`The playground's first load: ${total} of ${LIMIT} bytes (gzip), ${files.size} files`);
if (total > LIMIT) {
  for (const { name, size } of sizes) console.error(String(size).padStart(8), name);
  process.exitCode = 1;
}
