/**
 * npm run test:browsers: bp4 from dist/, without a bundler, in pages of Chromium, Firefox and WebKitGTK. The weights must
 * equal those of Node bit for bit under every policy, and the promises of bp4 must hold. `-- --only extension` opens only the
 * pages whose name contains 'extension', such as 'chromium, an extension, …'.
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

/** The time limit of a page, in milliseconds, unless its case has another. */
const TIME_LIMIT = 120_000;

const { only = '' } = parseArgs({ options: { only: { type: 'string' } } }).values;

/** The results that each training must have. Node computes those of the second. */
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
    rows.push([browser, 'failed to open', ...Array(4), false]);
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

/** @returns the result of the page and the version of the browser */
async function visit(open, testCase) {
  const { headers, files = folders, measure, options = {}, extension, timeLimit = TIME_LIMIT } = testCase;
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
      wait(timeLimit, undefined, { ref: false }).then(() => ({
        error: `no answer in ${timeLimit / 1000} s; the browser wrote:\n${browser.output()}`,
      })),
    ]);
    return { version: browser.version, found };
  } finally {
    await browser?.close();
    await server.close();
  }
}

/** Returns the errors in the result of a page. */
function wrongIn(found, { expected, training = 'of each kernel', check, violations = /^$/ }) {
  const wrong = found.trouble.filter((what) => !violations.test(what));
  if (check) return [...wrong, ...check(found)];
  for (const [name, value] of Object.entries({ ...results[training], ...expected })) {
    const isRight = value instanceof RegExp ? value.test(found[name]) : found[name] === value;
    if (!isRight) wrong.push(`${name}: expected ${value}, got ${found[name]}`);
  }
  return wrong;
}

/** Pads each column to the width of its longest cell. */
function print(table) {
  const lines = table.map((cells) =>
    cells.map((cell = '') => String(cell === true ? 'yes' : cell === false ? 'NO' : cell)),
  );
  const widths = [...lines[0].keys()].map((column) =>
    Math.max(...lines.map((cells) => cells[column].length)),
  );
  for (const cells of lines) console.log(cells.map((cell, i) => cell.padEnd(widths[i])).join('  '));
}
