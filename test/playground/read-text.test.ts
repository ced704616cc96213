import { expect, it } from 'vitest';
import { readText } from '../../playground/src/run/read-text.js';

// bytes as other programs write them
const gb18030 = [0xc9, 0xed, 0xb8, 0xdf, 0x2c, 0xce, 0xef, 0xd6, 0xd6, 0x0a, 0x31, 0x2c, 0xc3, 0xa8]; // Python's encode('gb18030')

it.each([
  ['UTF-8', new TextEncoder().encode('身高,物种\n1,猫'), undefined, '身高,物种\n1,猫'],
  ['UTF-8 with a mark', Uint8Array.of(0xef, 0xbb, 0xbf, 0x61), undefined, 'a'],
  ['GB18030', Uint8Array.from(gb18030), 'gb18030', '身高,物种\n1,猫'],
  ['windows-1252', Uint8Array.from(Buffer.from('âge,été\n1,2', 'latin1')), 'windows-1252', 'âge,été\n1,2'],
  ['UTF-16', Uint8Array.from(Buffer.from('\uFEFFa,猫', 'utf16le')), 'utf-16le', 'a,猫'],
])('reads a file in %s', async (_, bytes, encoding, text) => {
  const file = await readText(new Blob([bytes]));
  expect(file.text).toBe(text);
  expect(file.encoding).toBe(encoding);
});

it('refuses a file that would freeze the page, before reading it', async () => {
  const file = { size: 50e6, arrayBuffer: () => Promise.reject(new Error('read')) };
  await expect(readText(file as unknown as Blob)).rejects.toMatchObject({
    key: 'csv.tooLarge',
    values: { megabytes: 50, most: 20 },
  });
});
