import type { Data, EngineOptions, EpochReport, Network, TrainOptions } from '../../src/index.js';

export const EXPECTED: string;

export function weightHash(
  network: typeof Network,
  engineOptions?: EngineOptions,
  train?: (net: Network, data: Data, options: TrainOptions) => Promise<EpochReport[]>,
): Promise<{ hash: string; engine: 'wasm' | 'reference'; threads: number }>;
