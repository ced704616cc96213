import { unzipSync } from 'fflate';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Random } from '../../../src/base/random.js';
import { makeZip } from './zip.js';
import { pick, type Mutation } from './mutation.js';

// What is packed is changed inside and packed anew, so that more than checksums is put to the test.

export const insideGzip =
  (mutations: readonly Mutation[]): Mutation =>
  (random, file, seeds) => {
    let content;
    try {
      content = gunzipSync(file, { maxOutputLength: 2 ** 20 });
    } catch {
      return file; // broken by an earlier mutation
    }
    return gzipSync(pick(random, mutations)(random, content, seeds), { level: 1 });
  };

/** An entry is changed, left out, called otherwise, or something else is added. */
export const insideZip =
  (mutations: readonly Mutation[], names: readonly string[]): Mutation =>
  (random, file, seeds) => {
    let entries: Map<string, Uint8Array>;
    try {
      const isSmall = ({ originalSize }: { originalSize: number }): boolean => originalSize < 2 ** 20;
      entries = new Map(Object.entries(unzipSync(file, { filter: isSmall })));
    } catch {
      return file;
    }
    if (entries.size === 0) return file;
    changeEntry(random, entries, mutations, names, seeds);
    return makeZip(entries, random.below(2) === 0);
  };

function changeEntry(
  random: Random,
  entries: Map<string, Uint8Array>,
  mutations: readonly Mutation[],
  names: readonly string[],
  seeds: readonly Uint8Array[],
): void {
  const name = pick(random, [...entries.keys()]);
  const content = entries.get(name)!;
  switch (random.below(8)) {
    case 0:
      entries.delete(name);
      break;
    case 1:
      entries.delete(name);
      entries.set(pick(random, names), content);
      break;
    case 2:
      entries.set(pick(random, names), content);
      break;
    case 3: // much of nothing, which takes little room
      entries.set(name, new Uint8Array(random.below(2 ** 18)));
      break;
    default:
      entries.set(name, pick(random, mutations)(random, Buffer.from(content), seeds));
  }
}
