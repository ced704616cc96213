import { FormatError, RangeFault, TypeFault, within } from '../errors.js';
import { checkInteger, checkName, checkPositive, show } from '../base/check.js';
import { commonArrays, type NumericArray } from '../base/numeric-arrays.js';
import { parseJSON } from '../base/parse-json.js';
import { readMatrix } from '../training/matrix.js';
import { finish } from '../base/work.js';
import { checkCategories } from '../model/check-transforms.js';
import { checkLabels, readWeights } from './samples.js';
import type { SampleArrays, Schema } from './schema.js';

// A dataset in one binary, so that many threads, processes or machines train on the same numbers:
//
//   'bp4 data' · u32 N, little-endian · u32 0 · N bytes of JSON, padded with spaces · the arrays, each at a multiple of 8
//
// The JSON holds the schema, and the type and length of each array.

const MAGIC = 'bp4 data';
const HEADER = 16;
type ArrayType = keyof typeof commonArrays;
const typeNames = Object.keys(commonArrays) as ArrayType[];
const arrayNames = ['inputs', 'targets', 'labels', 'sampleWeights'] as const;

interface Header {
  readonly version: 1;
  readonly inputScale?: number;
  readonly schema: Omit<Schema, 'withOthers' | 'texts'> & {
    readonly withOthers?: readonly number[];
    readonly texts?: readonly number[];
  };
  readonly arrays: Readonly<
    Partial<Record<(typeof arrayNames)[number], { readonly type: ArrayType; readonly length: number }>>
  >;
}

const padded = (length: number): number => Math.ceil(length / 8) * 8;

/** @returns the same bytes for the same samples, whatever host writes them */
export function encodeSamples({ schema, inputScale, ...samples }: SampleArrays): Uint8Array<ArrayBuffer> {
  const arrays = arrayNames.flatMap((name) => {
    const values = samples[name];
    return values ? [{ name, values: storable(values) }] : [];
  });
  const { withOthers, texts, ...plain } = schema;
  const header: Header = {
    version: 1,
    ...(inputScale !== undefined && { inputScale }),
    schema: {
      ...plain,
      ...(withOthers && { withOthers: [...withOthers] }),
      ...(texts && { texts: [...texts] }),
    },
    arrays: Object.fromEntries(
      arrays.map(({ name, values }) => [name, { type: values[Symbol.toStringTag], length: values.length }]),
    ),
  };
  const json = new TextEncoder().encode(JSON.stringify(header));
  const start = HEADER + padded(json.length);
  const bytes = new Uint8Array(arrays.reduce((sum, { values }) => sum + padded(values.byteLength), start));
  bytes.set(new TextEncoder().encode(MAGIC));
  new DataView(bytes.buffer).setUint32(8, start - HEADER, true);
  bytes.fill(0x20, HEADER, start);
  bytes.set(json, HEADER);
  let at = start;
  for (const { values } of arrays) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += padded(values.byteLength);
  }
  return bytes;
}

/** Half floats become singles, which every host has. */
const storable = (values: NumericArray): NumericArray =>
  Object.hasOwn(commonArrays, values[Symbol.toStringTag]) ? values : Float32Array.from(values);

/**
 * Reads the bytes of `encodeSamples`. The arrays are views of the bytes where they begin at a multiple of 8.
 * @throws FormatError naming the place; its `cause` is the error of the check
 */
export function decodeSamples(bytes: Uint8Array): SampleArrays {
  try {
    return readSamples(bytes);
  } catch (cause) {
    throw new FormatError(within('expected a dataset from save', cause), { cause });
  }
}

function readSamples(bytes: Uint8Array): SampleArrays {
  const magic = new TextDecoder().decode(bytes.slice(0, MAGIC.length));
  if (bytes.length < HEADER || magic !== MAGIC)
    throw new TypeFault({ place: '', problem: `the file doesn't begin with '${MAGIC}'` });
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(8, true);
  checkInteger('length of the header', length, 2, bytes.length - HEADER);
  // TextDecoder refuses shared memory, so the text is copied.
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.slice(HEADER, HEADER + length));
  const header = parseJSON(text, 'header') as Header;
  checkInteger('version', header.version, 1, 1);
  const { inputs, targets, labels, sampleWeights } = readArrays(bytes, HEADER + length, header.arrays);
  if (!inputs) throw new TypeFault({ place: 'arrays.inputs', problem: 'is missing' });
  if (targets && labels)
    throw new TypeFault({ place: 'arrays', problem: 'expected either targets or labels, got both' });
  const schema = readSchema(header.schema);
  const { count } = finish(readMatrix('inputs', inputs, schema.width));
  if (targets && finish(readMatrix('targets', targets, schema.targetWidth)).count !== count)
    throw new RangeFault({ place: 'targets', problem: `expected ${count} rows, as many as inputs` });
  if (labels) checkLabels('labels', labels, count, schema.classes?.length);
  checkCodes(inputs, schema);
  return {
    inputs,
    ...(targets && { targets }),
    ...(labels && { labels }),
    ...(sampleWeights && { sampleWeights: readWeights('sampleWeights', sampleWeights, count) }),
    ...(header.inputScale !== undefined && { inputScale: checkPositive('inputScale', header.inputScale) }),
    schema,
  };
}

function readArrays(
  bytes: Uint8Array,
  start: number,
  arrays: Header['arrays'] | undefined,
): Partial<Record<(typeof arrayNames)[number], NumericArray>> {
  let at = start;
  const found: Partial<Record<(typeof arrayNames)[number], NumericArray>> = {};
  for (const name of arrayNames) {
    const array = arrays?.[name];
    if (!array) continue;
    const Type = commonArrays[checkName(`arrays.${name}.type`, array.type, typeNames)];
    const most = Math.floor((bytes.length - at) / Type.BYTES_PER_ELEMENT);
    const length = checkInteger(`arrays.${name}.length`, array.length, 1, Math.max(most, 1));
    const size = length * Type.BYTES_PER_ELEMENT;
    const isAligned = (bytes.byteOffset + at) % 8 === 0;
    const part = isAligned ? bytes.subarray(at, at + size) : bytes.slice(at, at + size);
    if (part.length < size) throw new RangeFault({ place: `arrays.${name}`, problem: 'is cut short' });
    found[name] = new Type(part.buffer as ArrayBuffer, part.byteOffset, length);
    at += padded(size);
  }
  return found;
}

function readSchema(schema: Header['schema'] | undefined): Schema {
  if (typeof schema !== 'object' || (schema as unknown) === null)
    throw new TypeFault({ place: 'schema', problem: `expected an object, got ${show(schema)}` });
  const width = checkInteger('schema.width', schema.width);
  const targetWidth = checkInteger('schema.targetWidth', schema.targetWidth, 0);
  const { columns, targetColumns, classes, categories, withOthers, texts, formats, hasIndices } = schema;
  return {
    width,
    targetWidth,
    ...(columns && { columns: checkNames('schema.columns', columns, width) }),
    ...(targetColumns && { targetColumns: checkNames('schema.targetColumns', targetColumns, targetWidth) }),
    ...(classes && { classes: checkCategories('schema.classes', classes) as Schema['classes'] & object }),
    ...(hasIndices === true && { hasIndices }),
    // JSON has null for the columns of numbers.
    ...(categories && {
      categories: Array.from(categories, (list, k) =>
        list ? (checkCategories(`schema.categories[${k}]`, list) as Schema['classes']) : undefined,
      ),
    }),
    ...(withOthers && {
      withOthers: new Set(withOthers.map((k) => checkInteger('schema.withOthers', k, 0, width - 1))),
    }),
    ...(texts && { texts: readTexts(texts, width, categories) }),
    ...(formats && { formats }),
  };
}

/** @throws TypeError or RangeError for a column without texts */
function readTexts(texts: readonly number[], width: number, categories: Schema['categories']): Set<number> {
  for (const k of texts) {
    checkInteger('schema.texts', k, 0, width - 1);
    if (typeof categories?.[k]?.[0] !== 'string')
      throw new TypeFault({ place: 'schema.texts', problem: `column ${k} holds no texts` });
  }
  return new Set(texts);
}

function checkNames(place: string, names: unknown, count: number): readonly string[] {
  if (!Array.isArray(names) || names.length !== count || names.some((name) => typeof name !== 'string'))
    throw new TypeFault({ place, problem: `expected ${count} names, got ${show(names)}` });
  return names as string[];
}

/** @throws RangeError for a code without a category */
function checkCodes(inputs: NumericArray, { width, categories }: Schema): void {
  for (const [k, list] of (categories ?? []).entries()) {
    if (!list) continue;
    const isText = typeof list[0] === 'string';
    const valid = new Set<number>(isText ? list.keys() : (list as readonly number[]));
    for (let at = k; at < inputs.length; at += width) {
      if (!valid.has(inputs[at]!))
        throw new RangeFault({ place: `inputs[${at}]`, problem: 'expected the code of a category' });
    }
  }
}
