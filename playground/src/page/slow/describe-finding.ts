import type { Finding } from 'bp4';
import { percent, precise } from '../../format.js';
import type { Key } from '../../words/keys.js';
import { enLate } from '../../words/en-late.js';
import { addEnglish, sayAny } from '../../words/say.js';

addEnglish(enLate);

/** A finding in the page's language, by its code and numbers. */
export function describeFinding({ code, numbers, option }: Finding): string {
  const values = Object.fromEntries(
    Object.entries(numbers).map(([name, value]) => [
      name,
      shares.has(name) ? percent(value) : precise(value),
    ]),
  );
  const { ofFastest = 1, delta = 1 } = numbers;
  const key: Key =
    code === 'saturatedOutputs' && option === undefined && numbers['stuck'] === undefined
      ? 'finding.certainOutputs'
      : `finding.${code}`;
  return sayAny(key, { ...values, times: precise(Math.max(ofFastest / delta, delta / ofFastest)) });
}

/** The numbers that are shares of something. */
const shares: ReadonlySet<string> = new Set(['stuck', 'saturated', 'dropout', 'share', 'recall', 'outside']);
