import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { bp4Process, readEvent, listEvents } from '../../support/cli.js';

it('bench reports the machine, and how fast plain JavaScript and bp4 are on it', async () => {
  const ran = await bp4Process(['bench', '--json', '--engine', 'reference'], { cwd: tmpdir() });
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  expect(readEvent(ran, 'machine')).toMatchObject({ node: process.version });
  const results = listEvents(ran).filter(({ event }) => event === 'bench');
  expect(results.map(({ name }) => name)).toEqual([
    '[2, 3, 1]',
    '[784, 30, 10]',
    '[784, 128, 10]',
    '[784, 512, 512, 10]',
  ]);
  for (const { plain, bp4 } of results) {
    expect(plain).toBeGreaterThan(0);
    expect(bp4).toBeGreaterThan(0);
  }
}, 300_000);
