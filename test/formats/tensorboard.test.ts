import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { crc32, crc32c } from '../../src/base/crc32.js';
import { Network } from '../../src/index.js';
import { FileError, tensorBoardFile } from '../../src/node/index.js';
import { bp4, irisCSV } from '../support/cli.js';

// A decoder of its own: the fields of a message by their numbers, and a CRC bit by bit.

type Message = ReadonlyMap<number, readonly (number | Buffer)[]>;

function decodeMessage(bytes: Buffer): Message {
  const fields = new Map<number, (number | Buffer)[]>();
  let at = 0;
  const varint = (): number => {
    let [value, factor] = [0, 1];
    for (;;) {
      const byte = bytes[at++]!;
      value += (byte & 127) * factor;
      factor *= 128;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const take = (length: number): Buffer => bytes.subarray(at, (at += length));
    const readers = [varint, () => take(8).readDoubleLE(), () => take(varint())];
    const value = tag % 8 === 5 ? take(4).readFloatLE() : readers[tag % 8]!();
    fields.set(tag >> 3, [...(fields.get(tag >> 3) ?? []), value]);
  }
  return fields;
}

function castagnoli(bytes: Buffer): bigint {
  let crc = 0xffffffffn;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ 0x82f63b78n : crc >> 1n;
  }
  return crc ^ 0xffffffffn;
}

const masked = (bytes: Buffer): number => {
  const crc = castagnoli(bytes);
  return Number((((crc >> 15n) | (crc << 17n)) + 0xa282ead8n) & 0xffffffffn);
};

function readEvents(directory: string): Message[] {
  const [file, ...others] = readdirSync(directory);
  expect([file, others]).toEqual([expect.stringMatching(/^events\.out\.tfevents\.\d{10}\./), []]);
  const bytes = readFileSync(join(directory, file!));
  const events: Message[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = Number(bytes.readBigUInt64LE(at));
    expect(bytes.readUInt32LE(at + 8)).toBe(masked(bytes.subarray(at, at + 8)));
    const event = bytes.subarray(at + 12, at + 12 + length);
    expect(bytes.readUInt32LE(at + 12 + length)).toBe(masked(event));
    events.push(decodeMessage(event));
    at += length + 16;
  }
  return events;
}

/** The values of a summary by tag: a number, or a histogram. */
const valuesOf = (event: Message): Map<string, number | Message> =>
  new Map(
    decodeMessage(event.get(5)![0] as Buffer)
      .get(1)!
      .map((bytes) => {
        const value = decodeMessage(bytes as Buffer);
        const [histogram] = value.get(5) ?? [];
        return [
          String(value.get(1)![0]),
          histogram === undefined ? (value.get(2)![0] as number) : decodeMessage(histogram as Buffer),
        ];
      }),
  );

const doubles = (bytes: Buffer): number[] =>
  Array.from({ length: bytes.length / 8 }, (_, i) => bytes.readDoubleLE(8 * i));

const folder = mkdtempSync(join(tmpdir(), 'bp4-tensorboard-'));
afterAll(() => rmSync(folder, { recursive: true }));

const data = {
  inputs: [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ],
  labels: [0, 1, 1, 0],
};
const create = (): Promise<Network> =>
  Network.create({
    inputs: 2,
    layers: [
      { units: 40, activation: 'tanh' },
      { units: 1, activation: 'sigmoid' },
    ],
    seed: 1,
  });

it('the checksums are those of the standards', () => {
  // the check values of the catalogue of parametrised CRC algorithms
  const digits = new TextEncoder().encode('123456789');
  expect([crc32(digits), crc32c(digits)]).toEqual([0xcbf43926, 0xe3069283]);
});

it('an event file holds what train reports, and the weights of each epoch', async () => {
  const net = await create();
  const directory = join(folder, 'a', 'b');
  const { onEpoch } = tensorBoardFile(directory, net);
  const layers: Network['layers'][] = [];
  const history = await net.train(data, {
    epochs: 3,
    learningRate: ({ epoch }) => 1 / epoch,
    validation: data,
    metrics: { half: () => 0.5 },
    onEpoch: async (report) => {
      layers.push(net.layers);
      await onEpoch(report);
    },
  });
  const [first, ...events] = readEvents(directory);
  expect(String(first!.get(3)![0])).toBe('brain.Event:2');
  expect(events.map((event) => event.get(2))).toEqual([[1], [2], [3]]);
  for (const [e, event] of events.entries()) {
    const { loss, accuracy, learningRate, validation } = history[e]!;
    const values = valuesOf(event);
    const scalars = Object.fromEntries([...values].filter(([, value]) => typeof value === 'number'));
    expect(scalars).toEqual({
      loss: Math.fround(loss),
      accuracy,
      learningRate: Math.fround(learningRate!),
      'validation/loss': Math.fround(validation!.loss),
      'validation/accuracy': validation!.accuracy,
      'validation/half': 0.5,
    });
    const { weights } = layers[e]![0]!;
    const histogram = values.get('layers/0/weights') as Message;
    expect([1, 2, 3].map((field) => histogram.get(field)![0])).toEqual([
      Math.min(...weights),
      Math.max(...weights),
      80,
    ]);
    const [limits, counts] = [6, 7].map((field) => doubles(histogram.get(field)![0] as Buffer)) as [
      number[],
      number[],
    ];
    expect(limits).toHaveLength(30);
    let below = 0;
    for (const [i, limit] of limits.entries()) {
      below += counts[i]!;
      // A weight at a limit may count on either side.
      const [least, most] = [
        weights.filter((w) => w < limit - 1e-9),
        weights.filter((w) => w <= limit + 1e-9),
      ];
      expect(below).toBeGreaterThanOrEqual(least.length);
      expect(below).toBeLessThanOrEqual(most.length);
    }
    expect(below).toBe(80);
    const biases = values.get('layers/1/biases') as Message;
    expect(doubles(biases.get(7)![0] as Buffer)).toEqual([1]);
  }
});

it('a directory that is a file is named', async () => {
  const path = join(folder, 'file');
  writeFileSync(path, '');
  const net = await create();
  const error = await net
    .train(data, { epochs: 1, ...tensorBoardFile(path, net) })
    .catch((error: unknown) => error);
  expect(error).toBeInstanceOf(FileError);
  expect((error as FileError).message).toContain('could not be created');
});

// Node's recursive mkdir never returns there.
it.runIf(process.platform === 'linux')('a directory that the system refuses is named', async () => {
  const net = await create();
  for (const path of ['/proc/bp4', '/proc/bp4/runs'])
    await expect(net.train(data, { epochs: 1, ...tensorBoardFile(path, net) })).rejects.toThrow(
      /^\/proc\/bp4: could not be created/,
    );
});

it('bp4 train --tensorboard writes an event for each epoch', async () => {
  writeFileSync(join(folder, 'iris.csv'), irisCSV());
  const { stderr, code } = await bp4(['train', 'iris.csv', '--epochs', '4', '--tensorboard', 'logs'], {
    cwd: folder,
  });
  expect(code, stderr).toBe(0);
  expect(readEvents(join(folder, 'logs')).map((event) => event.get(2)?.[0])).toEqual([undefined, 1, 2, 3, 4]);
});
