import { RangeFault, TypeFault } from '../errors.js';
import { checkKeys, checkName, checkOptional, misfit, show } from '../base/check.js';
import { loaded } from '../base/loaded.js';
import { Columns, type CheckedTransforms, type CheckedColumn } from './columns.js';
import type { Transform, Transforms } from './transforms.js';

/** The kinds that can transform targets, with their fields: each has an inverse. */
const invertible = {
  identity: [],
  standardize: ['mean', 'deviation'],
  minMax: ['min', 'max'],
  log1p: ['mean', 'deviation'],
  quantile: ['quantiles', 'scores'],
} as const;
const fields = {
  oneHot: ['categories', 'unknown'],
  robust: ['median', 'range'],
  piecewiseLinear: ['edges'],
  hash: ['buckets'],
  bagOfWords: ['weights'],
  ...invertible,
} as const;
const inputKinds = Object.keys(fields) as Transform['kind'][];
const targetKinds = Object.keys(invertible) as Transform['kind'][];

/** The others are in formulas.ts, which loads on demand. */
const kindsInCore = ['oneHot', 'identity', 'standardize', 'minMax'] as const;
const isInCore = (kind: Transform['kind']): kind is (typeof kindsInCore)[number] =>
  kindsInCore.includes(kind as (typeof kindsInCore)[number]);

let checkFormula: typeof import('./formulas.js').checkFormula | undefined;

/** A check met a kind whose formula isn't loaded. */
class MissingFormula extends Error {}

/** Whether it is such an error, or was thrown because of one. */
function needsFormula(error: unknown): boolean {
  return error instanceof Error && (error instanceof MissingFormula || needsFormula(error.cause));
}

/** Provides the other kinds, so that they need no import() later. */
export function provideFormulas(check: NonNullable<typeof checkFormula>): void {
  checkFormula = check;
}

/**
 * Runs a check of transforms, and once more if it needs formulas that aren't loaded yet.
 * @throws EngineError if they can't be loaded, and whatever the check throws
 */
export async function withFormulas<Checked>(check: () => Checked): Promise<Checked> {
  try {
    return check();
  } catch (error) {
    if (!needsFormula(error)) throw error;
    provideFormulas((await loaded('transforms', import('./formulas.js'))).checkFormula);
    return check();
  }
}

/**
 * @param inputs the number of inputs that the transforms must produce
 * @param outputs the number of targets that they must produce
 * @throws TypeError, RangeError that name the place
 */
export function checkTransforms(transforms: Transforms, inputs: number, outputs: number): CheckedTransforms {
  checkKeys('transforms', transforms, ['inputs', 'targets', 'outputs']);
  const given: Record<string, unknown> = {};
  const readColumns = (
    name: keyof Transforms,
    width: number,
    kinds: Transform['kind'][],
  ): Columns | undefined => {
    if (transforms[name] === undefined) return undefined;
    const columns = checkColumns(`transforms.${name}`, transforms[name], width, kinds);
    given[name] = columns.map((column) => column.given);
    return new Columns(columns);
  };
  if (transforms.outputs) given.outputs = checkCategories('transforms.outputs', transforms.outputs);
  return {
    given,
    inputs: readColumns('inputs', inputs, inputKinds),
    targets: readColumns('targets', outputs, targetKinds),
  };
}

function checkColumns(
  place: string,
  list: unknown,
  width: number,
  kinds: Transform['kind'][],
): CheckedColumn[] {
  if (!Array.isArray(list)) {
    throw new TypeFault({
      place,
      problem: `expected an array of transforms, one for each column, got ${show(list)}`,
    });
  }
  const columns = Array.from(list, (one, k) => checkColumn(`${place}[${k}]`, one, kinds));
  const made = columns.reduce((sum, column) => sum + column.width, 0);
  if (made !== width) {
    throw new RangeFault({
      place,
      problem: `they make ${made} numbers per row, but the network has ${width}`,
    });
  }
  return columns;
}

/** @throws TypeError, RangeError that name the place */
export function checkColumn(place: string, one: unknown, kinds = inputKinds): CheckedColumn {
  const kind = checkName(`${place}.kind`, (one as Transform | null)?.kind, kinds);
  checkKeys(place, one, ['kind', 'name', ...fields[kind]]);
  const given: Record<string, unknown> = { ...one };
  checkOptional(`${place}.name`, given.name, 'string');
  if (!isInCore(kind)) {
    if (!checkFormula) throw new MissingFormula(`the formula of ${show(kind)} isn't loaded`);
    return checkFormula(place, kind, given);
  }
  if (kind === 'oneHot') {
    const categories = checkCategories(`${place}.categories`, given.categories);
    const places = new Map(categories.map((category, i) => [category, i]));
    if (typeof categories[0] === 'string') for (const i of categories.keys()) places.set(i, i);
    const width = categories.length;
    const unknown = checkName(`${place}.unknown`, given.unknown ?? 'error', ['error', 'zeros', 'other']);
    return {
      given: { ...given, categories } as unknown as Transform,
      width,
      places,
      rest: { error: undefined, zeros: width, other: places.get('other') ?? width }[unknown],
      shift: 0,
      range: 1,
    };
  }
  const [shift = 0, second = 1] = fields[kind].map((field) => {
    const value = given[field];
    if (!Number.isFinite(value)) throw misfit(`${place}.${field}`, value);
    return value as number;
  });
  const range = kind === 'minMax' ? second - shift : second;
  if (!(range >= 0 && range < Infinity)) {
    throw new RangeFault({
      place,
      problem: `expected a deviation, or max − min, of at least 0, got ${range}`,
    });
  }
  return { given: given as unknown as Transform, width: 1, places: undefined, rest: undefined, shift, range };
}

/** @throws TypeError unless they are strings or numbers, each once */
export function checkCategories(place: string, categories: unknown): readonly unknown[] {
  const list: readonly unknown[] = Array.isArray(categories) ? Array.from(categories) : [];
  const [first] = list;
  const isFit = (category: unknown): boolean =>
    typeof category === typeof first && (typeof category === 'string' || Number.isFinite(category));
  if (list.length === 0 || !list.every(isFit) || new Set(list).size < list.length) {
    throw new TypeFault({ place, problem: 'expected an array of strings or of numbers, each once' });
  }
  return list;
}
