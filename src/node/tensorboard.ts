import { appendFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { crc32c } from '../base/crc32.js';
import { encode } from '../formats/onnx/encode.js';
import type { Fields, Given } from '../formats/onnx/protobuf.js';
import type { Network } from '../network.js';
import type { EpochReport } from '../training/reports.js';
import { FileError } from './file-error.js';
import { createFolder } from './files.js';

// An event file of TensorBoard: records, each with an Event in Protocol Buffers.
//
//   record = u64 length · u32 masked CRC-32C of these 8 bytes · the event · u32 masked CRC-32C of the event, little-endian
//
// Sources: tensorflow/core/lib/io/record_writer.h, tensorflow/core/util/event.proto, tensorflow/core/framework/summary.proto.

/** Repeated numbers are packed: the bytes of an array of doubles. */
const histogram = {
  min: [1, 'double'],
  max: [2, 'double'],
  num: [3, 'double'],
  sum: [4, 'double'],
  sumSquares: [5, 'double'],
  bucketLimit: [6, 'bytes'],
  bucket: [7, 'bytes'],
} as const satisfies Fields;
const value = {
  tag: [1, 'string'],
  simpleValue: [2, 'float'],
  histo: [5, histogram],
} as const satisfies Fields;
const event = {
  wallTime: [1, 'double'],
  step: [2, 'int'],
  fileVersion: [3, 'string'],
  summary: [5, { value: [1, value, 'many'] }],
} as const satisfies Fields;

type Value = Given<typeof value>;

/** Files that begin in the same second have different names. */
let files = 0;

/**
 * Writes an event file for TensorBoard during training: `train(data, { ...tensorBoardFile('runs/first', net) })`. After each epoch it
 * appends the loss, the accuracy, the learning rate if it changes, the results on the validation data, and a histogram of the weights
 * and of the biases of each layer.
 * @param directory created if it's missing; each call begins a file of its own there
 * @param net the network that trains
 * @returns the option `onEpoch` of `train`; it rejects with a FileError if the file can't be written
 */
export function tensorBoardFile(
  directory: string,
  net: Network,
): { onEpoch: (this: void, report: EpochReport) => Promise<void> } {
  const now = (): number => Date.now() / 1000;
  const name = `events.out.tfevents.${Math.floor(now())}.${hostname()}.${process.pid}.${files++}`;
  const path = join(directory, name);
  let hasBegun = false;
  return {
    onEpoch: async (report) => {
      const records = hasBegun ? [] : [toRecord({ wallTime: now(), fileVersion: 'brain.Event:2' })];
      const summary = { value: [...listScalars(report), ...listHistograms(net)] };
      records.push(toRecord({ wallTime: now(), step: report.epoch, summary }));
      if (!hasBegun) await createFolder(directory);
      try {
        await appendFile(path, Buffer.concat(records));
      } catch (error) {
        throw new FileError('could not be written', path, error);
      }
      hasBegun = true;
    },
  };
}

function toRecord(given: Given<typeof event>): Uint8Array {
  const bytes = encode(event, given);
  const record = new Uint8Array(bytes.length + 16);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(bytes.length), true);
  view.setUint32(8, mask(crc32c(record.subarray(0, 8))), true);
  record.set(bytes, 12);
  view.setUint32(bytes.length + 12, mask(crc32c(bytes)), true);
  return record;
}

/** A CRC of bytes that hold their own CRC would be constant; so it is rotated by 15 bits, plus a constant. */
const mask = (crc: number): number => (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;

function listScalars({ loss, accuracy, learningRate, validation }: EpochReport): Value[] {
  const scalars: Record<string, number | undefined> = {
    loss,
    accuracy,
    learningRate,
    'validation/loss': validation?.loss,
    'validation/accuracy': validation?.accuracy,
  };
  for (const [name, score] of Object.entries(validation?.metrics ?? {}))
    scalars[`validation/${name}`] = score;
  return Object.entries(scalars).flatMap(([tag, simpleValue]) =>
    simpleValue === undefined || Number.isNaN(simpleValue) ? [] : { tag, simpleValue },
  );
}

const listHistograms = ({ layers }: Network): Value[] =>
  layers.flatMap(({ weights, biases }, l) => [
    { tag: `layers/${l}/weights`, histo: countBuckets(weights) },
    { tag: `layers/${l}/biases`, histo: countBuckets(biases) },
  ]);

const BUCKETS = 30;

/** Counts in buckets of equal width from the least value to the largest; in one bucket if they are equal. */
function countBuckets(values: Float32Array): Given<typeof histogram> {
  let [min, max, sum, sumSquares] = [Infinity, -Infinity, 0, 0];
  for (const x of values) {
    min = Math.min(min, x);
    max = Math.max(max, x);
    sum += x;
    sumSquares += x * x;
  }
  const count = max > min ? BUCKETS : 1;
  const width = (max - min) / count;
  const limits = Float64Array.from({ length: count }, (_, i) =>
    i === count - 1 ? max : min + (i + 1) * width,
  );
  const bucket = new Float64Array(count);
  for (const x of values) bucket[width > 0 ? Math.min(Math.floor((x - min) / width), count - 1) : 0]!++;
  return {
    ...{ min, max, num: values.length, sum, sumSquares },
    bucketLimit: new Uint8Array(limits.buffer),
    bucket: new Uint8Array(bucket.buffer),
  };
}
