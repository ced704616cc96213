import { readdirSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import { afterEach, expect, it } from 'vitest';
import { en as enFirst } from '../../playground/src/words/en.js';
import { enLate } from '../../playground/src/words/en-late.js';
import type { Dictionary } from '../../playground/src/words/keys.js';
import { say, sayWith, setLanguage } from '../../playground/src/words/say.js';
import { zh } from '../../playground/src/words/zh.js';

afterEach(() => setLanguage('en'));

const en = { ...enFirst, ...enLate };

it('says a text with its values, in the language that was set last', async () => {
  expect(say('walk.sample', { n: 3 })).toBe('sample 3');
  expect(say('explain.mean', { count: 1 })).toContain('has 1 sample,');
  expect(say('explain.mean', { count: 2 })).toContain('has 2 samples,');
  await setLanguage('zh');
  expect(say('walk.sample', { n: 3 })).toBe('样本 3');
  await Promise.all([setLanguage('zh'), setLanguage('en')]);
  expect(say('walk.sample', { n: 3 })).toBe('sample 3');
  // @ts-expect-error the text needs its value
  expect(() => say('walk.sample')).not.toThrow();
  // @ts-expect-error the text has no such value
  say('walk.sample', { k: 3 });
});

it('says a text around elements', () => {
  const element = { type: 'b' } as never;
  expect(sayWith('walk.invitation', { step: element }).slice(0, 2)).toEqual(['Press ', element]);
});

it('has every text in Chinese, with the same values', () => {
  // choices such as {n:unit|units} are the language's own
  const names = (text: string): Set<string> =>
    new Set(Array.from(text.matchAll(/\{(\w+)\}/g), ([, name]) => name!));
  expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort());
  for (const [key, text] of Object.entries<string>(en)) {
    expect([key, names(zh[key as keyof Dictionary])]).toEqual([key, names(text)]);
  }
});

it('names every number of a finding', () => {
  const folder = new URL('../../src/diagnosis/', import.meta.url).pathname;
  const names = readdirSync(folder).flatMap((name) => listNumbers(folder + name));
  // those that spreads and computed names add
  const all = new Set([
    ...names,
    'l1',
    'l2',
    'bestEpoch',
    'stuck',
    'dead',
    'saturated',
    'weights',
    'zeroInputs',
  ]);
  // an index, which the page leaves out, and the trial, which has a sentence of its own
  for (const name of ['first', 'left', 'leftAfter', 'steps']) all.delete(name);
  expect(all.size).toBeGreaterThan(40);
  expect(Array.from(all, (name) => `number.${name}`).filter((key) => !(key in en))).toEqual([]);
});

it('uses every text', () => {
  const code = sources.map((path) => readFileSync(path, 'utf8')).join('\n');
  // `task.${name}` uses all texts that begin with 'task.'
  const prefixes = Array.from(code.matchAll(/`(\w+\.)\$\{/g), ([, prefix]) => prefix!);
  const isUsed = (key: string): boolean =>
    code.includes(`'${key}'`) || prefixes.some((prefix) => key.startsWith(prefix));
  expect(Object.keys(en).filter((key) => !isUsed(key))).toEqual([]);
});

it('keeps sentences out of the components', () => {
  expect(sources.flatMap((path) => findTexts(path))).toEqual([]);
});

it.each([
  ['text between tags', '<p>Press it</p>'],
  ['one word between tags', '<p>Press</p>'],
  ['a label', '<p title="Press it" />'],
  ['a label with a value', '<p title={`${n} units`} />'],
  ['a string', '<p>{n > 1 ? "Press it" : ""}</p>'],
])('finds %s in a component', (_, code) => {
  expect(findTexts('component.tsx', code)).toHaveLength(1);
});

const root = new URL('../../playground/src/', import.meta.url).pathname;
const sources = ['page', 'charts', 'run']
  .flatMap((folder) =>
    readdirSync(root + folder, { recursive: true, encoding: 'utf8' }).map(
      (name) => `${root}${folder}/${name}`,
    ),
  )
  .concat(`${root}format.ts`)
  // the Python cell is a program, in English everywhere
  .filter((path) => /\.tsx?$/.test(path) && !path.endsWith('/python-cell.ts'));

/** Attributes whose values are no text for people. */
const codes = /^(class|style|d|type|role|key|id|accept|aria-live|aria-keyshortcuts|data-.*|inputMode|scope)$/;

/** The texts of a file that stand outside the dictionaries: words between tags, and strings of several words. */
function findTexts(path: string, code = readFileSync(path, 'utf8')): string[] {
  const file = ts.createSourceFile(path, code, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isTypeNode(node)) return;
    if (ts.isJsxAttribute(node) && codes.test(node.name.getText())) return;
    const isWord = ts.isJsxText(node) && /\p{L}{2}/u.test(node.text);
    const isSentence =
      !/^(Enter|Error|PageError|Arrow\w+|.*\[.*)$/.test(node.getText().slice(1, -1)) && // keys and selectors
      (ts.isStringLiteralLike(node) || ts.isTemplateLiteralToken(node)) &&
      /(^|\s)\p{L}{2,}[,.:]?\s+\p{L}{2,}|^\p{Lu}\p{L}+[.…]?$| \p{L}{3,}$/u.test(node.text);
    if (isWord || isSentence) found.push(`${path.replace(root, '')}: ${node.text.trim()}`);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** The properties of all objects called `numbers` in a file. */
function listNumbers(path: string): string[] {
  const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const isNumbers =
      (ts.isPropertyAssignment(node) || ts.isVariableDeclaration(node)) && node.name.getText() === 'numbers';
    if (isNumbers && node.initializer !== undefined && ts.isObjectLiteralExpression(node.initializer))
      for (const { name } of node.initializer.properties)
        if (name !== undefined && ts.isIdentifier(name)) found.push(name.text);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}
