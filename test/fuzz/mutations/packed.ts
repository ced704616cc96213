import { gunzipSync, gzipSync } from 'node:zlib';
import { pick, type Mutation } from './mutation.js';

/** What gzip has packed is changed inside and packed anew, so that more than its checksum is put to the test. */
export const insideGzip =
  (mutations: readonly Mutation[]): Mutation =>
  (random, file, seeds) => {
    let content;
    try {
      content = gunzipSync(file);
    } catch {
      return file; // broken by an earlier mutation
    }
    return gzipSync(pick(random, mutations)(random, content, seeds), { level: 1 });
  };
