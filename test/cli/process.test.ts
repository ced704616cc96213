import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bp4, bp4Process, irisCSV } from '../support/cli.js';

// Most tests of the command line run `bp4` in a host that serves many runs: a run there is one in a process of its own.

const cwd = mkdtempSync(join(tmpdir(), 'bp4-cli-process-'));
const train = ['train', 'iris.csv', '--epochs', '2', '--json'];

beforeAll(async () => {
  writeFileSync(join(cwd, 'iris.csv'), irisCSV());
  await bp4(train, { cwd });
});
afterAll(() => rmSync(cwd, { recursive: true }));

it.each([
  ['a training', train, undefined],
  ['a prediction from standard input', ['predict', 'iris.bp4', '-'], irisCSV()],
  ['a file that is missing', ['inspect', 'missing.bp4'], undefined],
  ['a wrong option', ['train', 'iris.csv', '--epoch', '2'], undefined],
  ['help', ['help', 'train'], undefined],
  ['the version', ['--version'], undefined],
] as const)('prints the same in the host as in a process of its own: %s', async (_, args, input) => {
  const options = { cwd, ...(input !== undefined && { input }) };
  const there = await bp4Process(args, options);
  const here = await bp4(args, options);
  expect(withoutTimes(here)).toEqual(withoutTimes(there));
  expect(there.stdout + there.stderr).not.toBe('');
});

/** What differs from run to run: how long it took, and the size of a file that says it. */
const withoutTimes = (ran: object): string =>
  JSON.stringify(ran).replace(/(\\"(?:seconds|samplesPerSecond|eta|bytes)\\":)[\d.e+-]+/g, '$1…');
