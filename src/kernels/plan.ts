// What the kernels that go through all layers find in memory: words of four bytes, in the order of these names.
// assembly/network.ts has the same objects, and says what each field means.

export const netFields = [
  'loss',
  'lossParameter',
  'layerCount',
  'layers',
  'parameters',
  'gradients',
  'parameterCount',
  'inputCount',
  'inputs',
  'targets',
  'scratch',
  'scratchBytes',
  'pairs',
  'tally',
  'rule',
  'sampleWeights',
  'firstTrained',
  'largestDeltas',
  'hasZeroGradients',
  'touched',
] as const;

export const layerFields = [
  'activation',
  'alpha',
  'fanIn',
  'units',
  'stride',
  'input',
  'inputStride',
  'weights',
  'biases',
  'weightGradients',
  'biasGradients',
  'preActivations',
  'activations',
  'delta',
  'undropped',
  'dropBelow',
  'keptScale',
  'isFrozen',
] as const;

export const windowFields = ['order', 'targets', 'sampleWeights', 'rows', 'starts', 'largestInput'] as const;

/** A rule begins with two doubles, `beta1` and `beta2`; its floats are written by `floatBits`. */
export const ruleFields = [
  'optimizer',
  'isPlain',
  'isWeighted',
  'penalizesBiases',
  'l1',
  'l2',
  'clipValue',
  'clipNorm',
  'maxNorm',
  'momentum',
  'momentumRest',
  'square',
  'squareRest',
  'epsilon',
  'weightDecay',
  'first',
  'second',
  'step',
  'key0',
  'key1',
  'rate',
  'rootScale',
  'decay',
  'gradientScale',
] as const;

/** The fields of a rule begin so many bytes after it. */
export const RULE_FIELDS = 16;

/** A team; only the first three are of concern outside the kernels. */
export const teamFields = [
  'jobs',
  'ended',
  'arrived',
  'meetings',
  'joined',
  'threads',
  'net',
  'window',
  'first',
  'count',
  'size',
  'learningRate',
] as const;

/** Threads that may share a step. */
export const MOST_THREADS = 16;

/** Bytes of the objects, rounded up to lines of a cache; but a layer follows the other without a gap. */
const linesOf = (fields: readonly string[]): number => 64 * Math.ceil(fields.length / 16);
export const NET_BYTES = linesOf(netFields);
export const WINDOW_BYTES = linesOf(windowFields);
export const TEAM_BYTES = linesOf(teamFields);
export const RULE_BYTES = 64 * Math.ceil((RULE_FIELDS + 4 * ruleFields.length) / 64);
export const LAYER_BYTES = 4 * layerFields.length;

/** A tally is three doubles and a word: here is what is read and written of it from outside, in doubles and in words. */
export const TALLY_LOSS = 0;
export const TALLY_BATCH_LOSS = 1;
export const TALLY_LARGEST_WEIGHT = 2;
export const TALLY_RIGHT = 6;
export const TALLY_BYTES = 32;

/** A float as a word: its bits in single precision. */
export function floatBits(x: number): number {
  float[0] = x;
  return word[0]!;
}

/** And back. */
export function floatOfBits(bits: number): number {
  word[0] = bits;
  return float[0]!;
}
const float = new Float32Array(1);
const word = new Uint32Array(float.buffer);

/** Reads an object. @param at the index of its first word */
export function readFields<Name extends string>(
  words: Uint32Array,
  at: number,
  names: readonly Name[],
): Record<Name, number> {
  const values = {} as Record<Name, number>;
  for (let i = 0; i < names.length; i++) values[names[i]!] = words[at + i]!;
  return values;
}

/** Writes an object. @param at the index of its first word */
export function writeFields<Name extends string>(
  words: Uint32Array,
  at: number,
  names: readonly Name[],
  values: Readonly<Record<Name, number>>,
): void {
  for (const [i, name] of names.entries()) words[at + i] = values[name];
}

/** A rule: assembly/network.ts says what the numbers mean. */
export type Rule = Readonly<Record<(typeof ruleFields)[number] | 'beta1' | 'beta2', number>>;

/** Those numbers of a rule that are whole; the others are floats. */
const wholeFields: readonly (typeof ruleFields)[number][] = [
  'optimizer',
  'isPlain',
  'isWeighted',
  'penalizesBiases',
  'first',
  'second',
  'step',
  'key0',
  'key1',
];

const convert = (rule: Readonly<Record<string, number>>, of: (x: number) => number) =>
  Object.fromEntries(
    ruleFields.map((name) => [name, wholeFields.includes(name) ? rule[name]! : of(rule[name]!)]),
  ) as Record<(typeof ruleFields)[number], number>;

interface WordsAndDoubles {
  readonly words: Uint32Array;
  readonly doubles: Float64Array;
}

/** @param pointer to the rule */
export function readRule({ words, doubles }: WordsAndDoubles, pointer: number): Rule {
  const fields = convert(readFields(words, (pointer + RULE_FIELDS) / 4, ruleFields), floatOfBits);
  return { beta1: doubles[pointer / 8]!, beta2: doubles[pointer / 8 + 1]!, ...fields };
}

/** @param pointer to the rule */
export function writeRule({ words, doubles }: WordsAndDoubles, pointer: number, rule: Rule): void {
  doubles[pointer / 8] = rule.beta1;
  doubles[pointer / 8 + 1] = rule.beta2;
  writeFields(words, (pointer + RULE_FIELDS) / 4, ruleFields, convert(rule, floatBits));
}
