import { describe, expect, it } from 'vitest';
import { fuzz } from '../fuzz/fuzz.js';
import { readers } from '../fuzz/readers/index.js';

// Whatever a reader is given, it reads it or refuses it with a typed error, and changes nothing that all objects share. Here
// only some files each; `npm run test:fuzz` tries 200,000, and watches time and memory too.

const TRIES = 2000;

describe('of broken files,', () => {
  it.each(readers.map((reader) => [reader.name, reader] as const))(
    '%s reads some broken files, rejects the others with a typed error, and changes nothing',
    async (_, reader) => {
      const tries = TRIES * (reader.share ?? 1);
      const { read, refused, messages, failures } = await fuzz(reader, { tries, isAlone: false });
      expect(failures).toEqual([]);
      // that both ways are taken often, and by many checks
      expect(read).toBeGreaterThan(tries / 100);
      expect(refused).toBeGreaterThan(tries / 10);
      expect(messages.length).toBeGreaterThan(5);
    },
  );
});
