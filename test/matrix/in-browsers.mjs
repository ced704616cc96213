/**
 * npm run test:browsers: bp4 as it is in dist/, without a bundler, in pages of Chromium, Firefox and WebKitGTK. The weights
 * must be those of Node to the bit, whatever the page allows, and its promises must hold.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium, firefox, webkit } from './browsers.mjs';
import { serve } from './serve.mjs';
import { EXPECTED } from './weight-hash.mjs';

/** For a page, in milliseconds. */
const TIME_LIMIT = 60_000;

/** The goal is 50 ms; a machine that is busy with much else is let off with this. */
const GROSS = 1000;

const pathOf = (path) => fileURLToPath(new URL(path, import.meta.url));
const folders = {
  '/': pathOf('.'),
  '/dist/': pathOf('../../dist'),
  '/loader/': pathOf('../../node_modules/@assemblyscript/loader'),
};

/**
 * In workers import maps do not apply, in any browser: there the package's one bare specifier is made a path, as bundlers
 * and CDNs do.
 */
function withoutBareSpecifiers() {
  const bare = readFileSync(pathOf('../../dist/kernels/wasm.js'), 'utf8');
  const file = pathOf('../../build/browsers/wasm.js');
  mkdirSync(pathOf('../../build/browsers'), { recursive: true });
  writeFileSync(file, bare.replace("'@assemblyscript/loader'", "'/loader/index.js'"));
  return { ...folders, '/dist/kernels/wasm.js': file };
}

const isolated = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** The page's import map is a script in it: a policy allows just this one, by its hash. */
const [, importMap] = /<script type="importmap">(.*?)<\/script>/s.exec(
  readFileSync(pathOf('page/index.html'), 'utf8'),
);
const importMapHash = createHash('sha256').update(importMap).digest('base64');

const policy = (scripts = '', more = '') => ({
  'Content-Security-Policy': `default-src 'self'; script-src 'self' 'sha256-${importMapHash}' ${scripts}; ${more}`,
});

/** What each page measures (page/), under which headers, and what it must find. */
const cases = [
  {
    name: 'a plain page',
    measure: 'hash',
    options: { threads: 2 },
    expected: { engine: 'wasm', threads: 1, reason: /not cross-origin isolated/ },
  },
  {
    name: 'isolated, two threads',
    headers: isolated,
    measure: 'hash',
    options: { threads: 2 },
    expected: { engine: 'wasm', threads: 2 },
  },
  {
    name: "script-src 'self'",
    headers: policy(),
    measure: 'hash',
    options: {},
    expected: {
      engine: 'reference',
      threads: 1,
      reason: /reference engine/,
    },
    violations: /^violation: script-src wasm-eval$/,
  },
  {
    name: "'wasm-unsafe-eval'",
    headers: policy("'wasm-unsafe-eval'"),
    measure: 'hash',
    options: {},
    expected: { engine: 'wasm', threads: 1, reason: /threads is 1/ },
  },
  {
    name: "'wasm-unsafe-eval', isolated, worker-src blob:",
    headers: { ...isolated, ...policy("'wasm-unsafe-eval'", "worker-src 'self' blob:") },
    measure: 'hash',
    options: { threads: 2 },
    expected: { engine: 'wasm', threads: 2 },
  },
  {
    name: 'the same without blob:',
    headers: { ...isolated, ...policy("'wasm-unsafe-eval'", "worker-src 'self'") },
    measure: 'hash',
    options: { threads: 2 },
    expected: {
      engine: 'wasm',
      threads: 1,
      reason: /no worker could be started/,
    },
    violations: /^violation: worker-src blob/,
  },
  {
    name: 'a module Worker',
    files: withoutBareSpecifiers(),
    measure: 'hash-in-module-worker',
    options: {},
    expected: { engine: 'wasm', threads: 1, reason: /threads is 1/ },
  },
  {
    name: 'a module Worker, isolated, two threads',
    headers: isolated,
    files: withoutBareSpecifiers(),
    measure: 'hash-in-module-worker',
    options: { threads: 2 },
    expected: { engine: 'wasm', threads: 2 },
  },
  {
    name: "engine: 'reference'",
    measure: 'hash',
    options: { engine: 'reference' },
    expected: { engine: 'reference', threads: 1, reason: /reference engine/ },
  },
  {
    name: 'trainInWorker',
    files: withoutBareSpecifiers(),
    measure: 'hash-by-train-in-worker',
    options: {},
    expected: { engine: 'wasm', threads: 1 },
  },
  {
    name: 'trainInWorker, isolated, two threads',
    files: withoutBareSpecifiers(),
    headers: isolated,
    measure: 'hash-by-train-in-worker',
    options: { threads: 2 },
    expected: { engine: 'wasm', threads: 2 },
  },
  {
    name: "trainInWorker, script-src 'self'",
    files: withoutBareSpecifiers(),
    headers: policy(),
    measure: 'hash-by-train-in-worker',
    options: {},
    expected: { engine: 'reference', threads: 1 },
    violations: /^violation: script-src wasm-eval$/,
  },
  {
    name: 'what is promised',
    files: withoutBareSpecifiers(),
    measure: 'contract',
    check: ({ broken }) => broken,
  },
  {
    name: '[784, 128, 10] trains in a worker',
    files: withoutBareSpecifiers(),
    measure: 'smooth',
    options: { inWorker: true },
    check: checkSmoothness,
  },
  {
    name: 'the same, with the data handed over',
    files: withoutBareSpecifiers(),
    measure: 'smooth',
    options: { inWorker: true, isHandedOver: true },
    check: checkSmoothness,
  },
  {
    name: '[784, 128, 10] trains in time slices',
    files: withoutBareSpecifiers(),
    measure: 'smooth',
    options: { inWorker: false },
    check: checkSmoothness,
  },
];

const rows = [];
const figures = [];
const problems = [];
for (const [browser, open] of Object.entries({ chromium, firefox, webkit })) {
  for (const testCase of cases) {
    const { version, found } = await visit(open, testCase);
    const wrong = found.error ? [found.error] : wrongIn(found, testCase);
    rows.push([browser, version, testCase.name, found.engine, found.threads, found.hash, wrong.length === 0]);
    if (found.frames) figures.push(`${browser}, ${testCase.name}: ${figuresOf(found)}`);
    problems.push(...wrong.map((what) => `${browser}, ${testCase.name}: ${what}`));
  }
}
print([['browser', 'version', 'page', 'engine', 'threads', 'hash', 'ok'], ...rows]);
console.log(`\n${figures.join('\n')}`);
if (problems.length > 0) {
  console.error(`\n${problems.join('\n\n')}`);
  process.exitCode = 1;
}

/** @returns what the page found, and the browser's version */
async function visit(open, { headers, files = folders, measure, options = {} }) {
  const server = await serve(files, { headers });
  let browser;
  try {
    const task = encodeURIComponent(JSON.stringify({ measure, options }));
    browser = await open(`${server.url}page/#${task}`);
    const found = await Promise.race([
      server.result,
      browser.ended.then(() => ({ error: `the browser ended by itself:\n${browser.output()}` })),
      wait(TIME_LIMIT, undefined, { ref: false }).then(() => ({
        error: `no answer in ${TIME_LIMIT / 1000} s:\n${browser.output()}`,
      })),
    ]);
    return { version: browser.version, found };
  } catch (error) {
    return { found: { error: error.message } };
  } finally {
    await browser?.close();
    await server.close();
  }
}

/** What a page found, and should not have. */
function wrongIn(found, { expected, check, violations = /^$/ }) {
  const wrong = found.trouble.filter((what) => !violations.test(what));
  if (check) return [...wrong, ...check(found)];
  for (const [name, value] of Object.entries({ hash: EXPECTED, reason: undefined, ...expected })) {
    const isRight = value instanceof RegExp ? value.test(found[name]) : found[name] === value;
    if (!isRight) wrong.push(`${name}: expected ${value}, got ${found[name]}`);
  }
  return wrong;
}

/** What a smooth page must not have. */
function checkSmoothness(found) {
  const times = { 'a gap between frames': found.longestGap, 'obeying the signal': found.obeyed };
  return Object.entries(times)
    .filter(([, time]) => time > GROSS)
    .map(([what, time]) => `${what} took ${time.toFixed()} ms`);
}

/** A line of figures. */
function figuresOf({ frames, longestGap, longestTask, obeyed }) {
  const task =
    longestTask === undefined ? '' : `, longest task ${longestTask < 50 ? '< 50' : longestTask.toFixed()} ms`;
  return `${frames.toFixed()} frames/s, longest gap ${longestGap.toFixed()} ms${task}, signal obeyed in ${obeyed.toFixed()} ms`;
}

/** Columns as wide as their longest cell. */
function print(table) {
  const lines = table.map((cells) =>
    cells.map((cell = '') => String(cell === true ? 'yes' : cell === false ? 'NO' : cell)),
  );
  const widths = [...lines[0].keys()].map((column) =>
    Math.max(...lines.map((cells) => cells[column].length)),
  );
  for (const cells of lines)
    console.log(
      cells
        .map((cell, i) => cell.padEnd(widths[i]))
        .join('  ')
        .trimEnd(),
    );
}
