import type { Random } from '../../../src/base/random.js';

/** Breaks a file in one way. The file is its own to change; `seeds` are whole files of the same kind. */
export type Mutation = (random: Random, file: Buffer, seeds: readonly Uint8Array[]) => Uint8Array;

export const pick = <T>(random: Random, from: readonly T[]): T => from[random.below(from.length)]!;

/** A place from 0 to `length`. */
export const anywhere = (random: Random, length: number): number => random.below(length + 1);

/** One of the seeds, broken once to three times. */
export function mutated(
  random: Random,
  seeds: readonly Uint8Array[],
  mutations: readonly Mutation[],
): Uint8Array {
  let file: Uint8Array = Buffer.from(pick(random, seeds));
  for (let times = 1 + random.below(3); times > 0; times--) {
    file = pick(random, mutations)(random, Buffer.from(file), seeds);
  }
  return file;
}
