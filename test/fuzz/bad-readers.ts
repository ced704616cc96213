// Readers that do what none may do: the harness must see it.
import { FormatError } from '../../src/errors.js';
import { flipBit } from './mutations/bytes.js';
import type { Reader } from './reader.js';

/** Reads its seed, then, some tries later, does something else. */
function bad(name: string, misdeed: () => unknown): Reader {
  let calls = 0;
  return {
    name,
    seeds: [Buffer.from('a file')],
    mutations: [flipBit],
    read: () => (calls++ < 5 ? undefined : misdeed()),
  };
}

const kept: unknown[] = [];

export const readers: readonly Reader[] = [
  bad('good', () => {
    throw new TypeError('a file: expected something else, got this');
  }),
  bad('hangs', () => {
    for (;;);
  }),
  bad('never ends', () => new Promise(() => setInterval(() => undefined, 1000))),
  bad('is slow', () => {
    // by the time of the processor: that of the clock may be another's
    const begun = process.cpuUsage();
    for (let n = 0, used = 0; used < 150_000; n++) {
      if (n % 1e5 > 0) continue;
      const { user, system } = process.cpuUsage(begun);
      used = user + system;
    }
  }),
  bad('takes much', () => new Float64Array(3e6).length),
  bad('keeps what it takes', () => kept.push(Buffer.alloc(2 ** 23, 1))),
  bad('fills the heap', () => {
    for (;;) kept.push(Array.from({ length: 1e5 }, (_, i) => ({ i })));
  }),
  bad('pollutes', () => {
    Object.assign(Object.prototype, { polluted: true });
  }),
  bad('replaces', () => {
    Map.prototype.get = () => 1;
  }),
  bad('inherits', () =>
    JSON.parse('{"a":{"b":1}}', (_, value: unknown) => Object.create({ units: value }) as unknown),
  ),
  bad('throws an Error', () => {
    throw new Error('a file: expected something else');
  }),
  bad('throws a SyntaxError', () => JSON.parse('{') as unknown),
  {
    ...bad('throws another type', () => {
      throw new TypeError('a file: expected something else, got this');
    }),
    errors: [FormatError],
  },
  bad('throws no error', () => {
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- that is what it is for
    throw 'a file: expected something else';
  }),
  bad('throws what the engine says', () => (undefined as unknown as string).length),
  bad('says too much', () => {
    throw new RangeError('a'.repeat(2000));
  }),
  bad('ends the process', () => process.exit(0)),
];
