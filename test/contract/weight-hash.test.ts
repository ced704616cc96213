import { expect, test } from 'vitest';
import { Network } from '../../src/index.js';
import { EXPECTED, weightHash } from '../matrix/weight-hash.mjs';

test.each([{ engine: 'wasm' }, { engine: 'reference' }, { engine: 'wasm', threads: 2 }] as const)(
  'the training of the matrices gives the same weights here: %o',
  async (options) => {
    expect(await weightHash(Network, options)).toEqual({ hash: EXPECTED, threads: 1, ...options });
  },
);
