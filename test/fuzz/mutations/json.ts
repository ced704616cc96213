import type { Random } from '../../../src/base/random.js';
import { pick, type Mutation } from './mutation.js';
import { inherited } from './text.js';

// Ways to break what a JSON text says, so that it is a JSON text still.

type Value = unknown[] | Record<string, unknown>;

const values: readonly unknown[] = [
  ...[null, true, false, 0, -0, 1, -1, 2, 3, 7, 0.5, 1e39, -1e39, 1e308, 1e-45, 2 ** 28, 2 ** 31, 2 ** 32],
  ...[2 ** 53, 2 ** 60, '', '0', '1e999', 'NaN', '__proto__', '../x', '/etc/passwd', 'C:\\x', '\0', '\ud800'],
  ...[[], {}, [[]], [null], { length: 4 }, { length: 2 ** 32 }, { 0: 1, length: 1 }],
];

const isValue = (value: unknown): value is Value => typeof value === 'object' && value !== null;

/** All arrays and objects within a value, itself first. */
function valuesIn(value: unknown, found: Value[] = []): Value[] {
  if (!isValue(value) || found.length > 500) return found;
  found.push(value);
  for (const one of Object.values(value)) valuesIn(one, found);
  return found;
}

/** Sets a property of its own even where it is called `__proto__`. */
function set(value: Value, key: string, to: unknown): void {
  Object.defineProperty(value, key, { value: to, enumerable: true, configurable: true, writable: true });
}

function nested(random: Random): unknown {
  let value: unknown = 1;
  const name = pick(random, ['a', '__proto__', 'layers', '']);
  const depth = random.below(10) === 0 ? 3000 : random.below(50);
  for (let i = 0; i < depth; i++) value = name ? { [name]: value } : [value];
  return value;
}

function change(random: Random, root: unknown, words: readonly string[]): unknown {
  const all = valuesIn(root);
  if (all.length === 0) return pick(random, values);
  const value = pick(random, all);
  const keys = Object.keys(value);
  const key = keys.length > 0 ? pick(random, keys) : '0';
  const other = (): unknown =>
    random.below(12) === 0
      ? nested(random)
      : random.below(4) === 0
        ? pick(random, words)
        : random.below(4) === 0
          ? copied(pick(random, all))
          : pick(random, values);
  switch (random.below(8)) {
    case 0:
      if (Array.isArray(value)) value.splice(Number(key), 1);
      else Reflect.deleteProperty(value, key);
      break;
    case 1:
      if (Array.isArray(value)) value.splice(Number(key), 0, structuredClone(value[Number(key)]));
      else set(value, pick(random, words), value[key]);
      break;
    case 2:
      // an own property of a name that others inherit
      if (Array.isArray(value)) value.push(other());
      else set(value, pick(random, inherited), random.below(2) ? { polluted: 1, units: 1 } : other());
      break;
    case 3: {
      const number = (value as Record<string, unknown>)[key];
      set(value, key, typeof number === 'number' ? number + pick(random, [-1, 1, 0.5, 2 ** 31]) : other());
      break;
    }
    case 4:
      if (random.below(10) === 0) return other();
      if (Array.isArray(value)) value.length = random.below(value.length + 1);
      break;
    default:
      set(value, key, other());
  }
  return root;
}

/** A copy, so that nothing comes to hold itself. */
const copied = (value: unknown): unknown =>
  isValue(value) ? (JSON.parse(readText(value)) as unknown) : value;

const readText = (value: unknown): string => (value === undefined ? 'null' : JSON.stringify(value));

/**
 * A JSON text that says something else in one place; others stay as they are.
 * @param words of the format
 */
export function changeJSON(random: Random, text: string, words: readonly string[]): string {
  try {
    return readText(change(random, JSON.parse(text), words));
  } catch {
    return text; // broken, or nested too deeply, by earlier mutations
  }
}

export const inJSON =
  (words: readonly string[]): Mutation =>
  (random, file) =>
    Buffer.from(changeJSON(random, file.toString(), words));
