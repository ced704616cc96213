import { expect, it } from 'vitest';
import { readers } from '../../fuzz/bad-readers.js';
import { run } from '../../fuzz/run.js';

// Tests the harness of `npm run test:fuzz` with readers that misbehave.

const expected: Record<string, RegExp> = {
  good: /^no failure$/,
  hangs: /did not end/,
  'never ends': /did not end/,
  'is slow': /it took \d{3} ms/,
  'takes much': /bytes were allocated/,
  'keeps what it takes': /the process held \d+ MB/,
  'fills the heap': /broke down.*heap|did not end/,
  pollutes: /\[object Object\] has another polluted/,
  replaces: /\[object Map\] has another get/,
  inherits: /inherits units/,
  'throws an Error': /no type of ours/,
  'throws a SyntaxError': /no type of ours/,
  'throws another type': /no type of ours: TypeError/,
  'throws no error': /no Error/,
  'throws what the engine says': /of the engine's/,
  'says too much': /2000 characters/,
  'ends the process': /broke down \(status 0\)/,
};

it('the fuzz harness detects each reader that misbehaves', { timeout: 120_000 }, async () => {
  const names = readers.map(({ name }) => name);
  expect(names).toEqual(Object.keys(expected));
  const module = new URL('../../fuzz/bad-readers.ts', import.meta.url).href;
  const outcomes = await run({ module, names, tries: 150, longestTry: 6000 });
  expect(outcomes).toHaveLength(names.length);
  for (const { reader, failures } of outcomes) {
    expect(failures[0]?.what ?? 'no failure', reader).toMatch(expected[reader]!);
  }
});
