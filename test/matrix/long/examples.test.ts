import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

// The examples, run as a user runs them. They must reach the results that they promise.

const run = promisify(execFile);
const folder = fileURLToPath(new URL('../../../examples/', import.meta.url));

/** Returns the output of an example. Rejects if its exit code isn't 0. */
const printed = async (name: string, cwd?: string): Promise<string> =>
  (await run(process.execPath, [`${folder}${name}.mjs`], { cwd })).stdout;

/** Finds the number after some words. */
const figure = (text: string, words: RegExp): number =>
  Number(new RegExp(`${words.source}\\s*([\\d.]+)`).exec(text)?.[1] ?? NaN);

it('the example mnist reaches the 95.42% of the book', { timeout: 300_000 }, async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'bp4-examples-')); // the example saves its model here
  expect(figure(await printed('mnist', cwd), /, last/)).toBeGreaterThanOrEqual(95.42);
  rmSync(cwd, { recursive: true });
});

it('the example mnist-dropout reaches 97.8% of the test images', { timeout: 300_000 }, async () => {
  expect(figure(await printed('mnist-dropout'), /\ntest accuracy/)).toBeGreaterThanOrEqual(97.8);
});

it('the example iris exceeds 90% accuracy over its folds', { timeout: 60_000 }, async () => {
  const text = await printed('iris');
  expect(text).toMatch(/versicolor/);
  expect(figure(text, /\naccuracy/)).toBeGreaterThan(90);
});

it(
  'the example regression explains more than 80% of the variance, and errs by less than 3.5 miles per gallon',
  { timeout: 60_000 },
  async () => {
    const text = await printed('regression');
    // 0.888, the same bits everywhere; 12 other splits average 0.87, with 0.799 as the worst
    expect(figure(text, /R²/)).toBeGreaterThan(0.8);
    expect(figure(text, /mean error/)).toBeLessThan(3.5);
  },
);

it('the example digits-csv exceeds 92% accuracy on a CSV file', { timeout: 120_000 }, async () => {
  expect(figure(await printed('digits-csv'), /\ntest accuracy/)).toBeGreaterThan(92);
});

it('the example cart-pole keeps the pole up in all 20 games', { timeout: 60_000 }, async () => {
  expect(await printed('cart-pole')).toMatch(
    /stays up for 500 steps\nsolved after \d+ steps, in \d+\.\d s\n$/,
  );
});

it('the example slow-learning shows that a saturated neuron learns by the cross-entropy ten times as fast as by the quadratic cost', async () => {
  const text = await printed('slow-learning');
  const [, quadratic, crossEntropy] = /below 0\.5 after (\d+) and (\d+) epochs/.exec(text) ?? [];
  expect(Number(crossEntropy)).toBeGreaterThan(0);
  expect(Number(quadratic)).toBeGreaterThan(10 * Number(crossEntropy));
});

it('the example slow-learning shows that δ shrinks on its way back through layers of sigmoids, and not through layers of relu', async () => {
  const text = await printed('slow-learning');
  const [ofSigmoid, ofRelu] = text
    .split('the first four with relu')
    .map((half) => Array.from(half.matchAll(/layers\[\d\] +(0\.\d{6}) █/g), ([, delta]) => Number(delta)));
  expect(ofSigmoid).toHaveLength(5);
  expect(ofRelu).toHaveLength(5);
  expect(ofSigmoid![4]! / ofSigmoid![0]!).toBeGreaterThan(100);
  expect(ofRelu![4]! / ofRelu![0]!).toBeLessThan(10);
});
