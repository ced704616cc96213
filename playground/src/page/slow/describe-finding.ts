import type { Finding } from 'bp4';
import { percent, precise } from '../../format.js';
import type { Key } from '../../words/keys.js';
import { enLate } from '../../words/en-late.js';
import { addEnglish, sayAny } from '../../words/say.js';

addEnglish(enLate);

/** A finding in the page's language, by its code and numbers. */
export function describeFinding({ code, numbers, option }: Finding): string {
  const values = Object.fromEntries(
    Object.entries(numbers).map(([name, value]) => [name, format(name, value)]),
  );
  const { ofFastest = 1, delta = 1 } = numbers;
  const key: Key =
    code === 'saturatedOutputs' && option === undefined && numbers['stuck'] === undefined
      ? 'finding.certainOutputs'
      : `finding.${code}`;
  return sayAny(key, { ...values, times: precise(Math.max(ofFastest / delta, delta / ofFastest)) });
}

/** The numbers of a finding with their names in the page's language. */
export function describeNumbers(numbers: Finding['numbers']): { name: string; value: string }[] {
  return Object.entries(numbers)
    .filter(([name]) => !indices.has(name))
    .map(([name, value]) => ({ name: sayAny(`number.${name}` as Key, {}), value: format(name, value) }));
}

const format = (name: string, value: number): string => (shares.has(name) ? percent(value) : precise(value));

/** Numbers that count an input or a class from 0. */
const indices: ReadonlySet<string> = new Set(['first']);

/** The numbers that are shares of something. */
const shares: ReadonlySet<string> = new Set(['stuck', 'saturated', 'dropout', 'share', 'recall', 'outside']);
