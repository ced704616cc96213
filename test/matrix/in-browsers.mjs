/**
 * npm run test:browsers: bp4 as it is in dist/, without a bundler, in pages of Chromium, Firefox and WebKitGTK. The weights
 * must be those of Node to the bit, whatever the page allows, and its promises must hold. `-- --only extension` opens the
 * pages whose name, after that of the browser, has this in it: 'chromium, an extension, …'.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Network } from '../../dist/index.js';
import { serve } from '../../scripts/serve.mjs';
import { writeExtension } from './background.mjs';
import { cases, folders } from './browser-cases.mjs';
import { chromium, firefox, webkit } from './browsers.mjs';
import { EXPECTED } from './weight-hash.mjs';
import { trainSaveAndLoad } from './whole-training.mjs';

/** For a page, in milliseconds. */
const TIME_LIMIT = 120_000;

const { only = '' } = parseArgs({ options: { only: { type: 'string' } } }).values;

/** What each training must end with: for the second, what it ends with in Node. */
const results = {
  'of each kernel': { hash: EXPECTED, reason: undefined },
  'save and load': await trainSaveAndLoad(Network),
};

const rows = [];
const figures = [];
const problems = [];
for (const [browser, open] of Object.entries({ chromium, firefox, webkit })) {
  try {
    for (const testCase of cases) {
      const { name, browsers = [browser] } = testCase;
      if (browsers.includes(browser) && `${browser}, ${name}`.includes(only))
        await test(browser, open, testCase);
    }
  } catch (error) {
    rows.push([browser, 'it could not be opened', ...Array(4), false]);
    problems.push(`${browser}: ${error.message}`);
  }
}
print([['browser', 'version', 'page', 'engine', 'threads', 'hash', 'ok'], ...rows]);
console.log(`\n${figures.join('\n')}`);
if (problems.length > 0) {
  console.error(`\n${problems.join('\n\n')}`);
  process.exitCode = 1;
}

async function test(browser, open, testCase) {
  const { version, found } = await visit(open, testCase);
  const wrong = found.error ? [found.error, ...(found.trouble ?? [])] : wrongIn(found, testCase);
  const { engine, threads, hash } = found;
  rows.push([browser, version, testCase.name, engine, threads, hash, wrong.length === 0]);
  if (testCase.figures && !found.error)
    figures.push(`${browser}, ${testCase.name}: ${testCase.figures(found)}`);
  problems.push(...wrong.map((what) => `${browser}, ${testCase.name}: ${what}`));
}

/** @returns what the page found, and the browser's version */
async function visit(open, { headers, files = folders, measure, options = {}, extension }) {
  const server = await serve(files, { headers });
  let browser;
  try {
    const task = encodeURIComponent(JSON.stringify({ measure, options }));
    browser = extension
      ? await open('about:blank', { extension: writeExtension(extension, `${server.url}result`) })
      : await open(`${server.url}page/#${task}`);
    const found = await Promise.race([
      server.result,
      browser.ended.then(() => ({ error: `it ended by itself:\n${browser.output()}` })),
      wait(TIME_LIMIT, undefined, { ref: false }).then(() => ({
        error: `no answer in ${TIME_LIMIT / 1000} s; the browser wrote:\n${browser.output()}`,
      })),
    ]);
    return { version: browser.version, found };
  } finally {
    await browser?.close();
    await server.close();
  }
}

/** What a page found, and should not have. */
function wrongIn(found, { expected, training = 'of each kernel', check, violations = /^$/ }) {
  const wrong = found.trouble.filter((what) => !violations.test(what));
  if (check) return [...wrong, ...check(found)];
  for (const [name, value] of Object.entries({ ...results[training], ...expected })) {
    const isRight = value instanceof RegExp ? value.test(found[name]) : found[name] === value;
    if (!isRight) wrong.push(`${name}: expected ${value}, got ${found[name]}`);
  }
  return wrong;
}

/** Columns as wide as their longest cell. */
function print(table) {
  const lines = table.map((cells) =>
    cells.map((cell = '') => String(cell === true ? 'yes' : cell === false ? 'NO' : cell)),
  );
  const widths = [...lines[0].keys()].map((column) =>
    Math.max(...lines.map((cells) => cells[column].length)),
  );
  for (const cells of lines) console.log(cells.map((cell, i) => cell.padEnd(widths[i])).join('  '));
}
