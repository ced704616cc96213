import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bp4, irisCSV, listEvents, readEvent, type Ran } from '../support/cli.js';

const cwd = mkdtempSync(join(tmpdir(), 'bp4-cli-shards-'));
beforeAll(() => writeFileSync(join(cwd, 'iris.csv'), irisCSV()));
afterAll(() => rmSync(cwd, { recursive: true }));
const run = (...args: string[]): Promise<Ran> => bp4(['train', ...args], { cwd });

/** The weights of a training that went well. */
async function train(...args: string[]): Promise<unknown> {
  const ran = await run(...args, '--json');
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  return readEvent(ran, 'saved')['weights'];
}

describe('bp4 train --shards', () => {
  it('trains to the same weights in any number of threads, and to others with other shards and rounds', async () => {
    const args = ['iris.csv', '--epochs', '6'];
    const weights = await train(...args, '--shards', '3', '--threads', '1');
    expect(await train(...args, '--shards', '3', '--rounds', '6', '--threads', '2')).toBe(weights);
    expect(await train(...args, '--shards', '4')).not.toBe(weights);
    expect(await train(...args, '--shards', '3', '--rounds', '2')).not.toBe(weights);
    expect(await train(...args, '--shards')).toBe(await train(...args, '--shards', '8'));
    expect(await train(...args, '--shards', '1')).toBe(await train(...args, '--no-refit'));
  });

  it('says how it divides the samples, and prints a line for each round', async () => {
    const { code, stdout, stderr } = await run(
      'iris.csv',
      '--epochs',
      '10',
      '--shards',
      '3',
      '--rounds',
      '4',
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      /^ {2}shards +3 parts of the samples, averaged after each of 4 rounds +\(--shards, --rounds\)$/m,
    );
    const lines = stdout.match(/^round \d {2}epoch +\d+ {2}loss [\d.]+ +[\d.]+%.*$/gm)!;
    expect(lines.map((line) => line.replace(/ {2}loss.*/, ''))).toEqual([
      'round 1  epoch  3',
      'round 2  epoch  5',
      'round 3  epoch  8',
      'round 4  epoch 10',
    ]);
    const ran = await run('iris.csv', '--epochs', '10', '--shards', '3', '--rounds', '4', '--json');
    expect(readEvent(ran, 'network')).toMatchObject({ shards: 3, rounds: 4 });
    const epochs = listEvents(ran).filter(({ event }) => event === 'epoch');
    expect(epochs.map(({ epoch, round, rounds }) => ({ epoch, round, rounds }))).toEqual([
      { epoch: 3, round: 1, rounds: 4 },
      { epoch: 5, round: 2, rounds: 4 },
      { epoch: 8, round: 3, rounds: 4 },
      { epoch: 10, round: 4, rounds: 4 },
    ]);
  });

  it('goes on in the same shards when it is resumed', async () => {
    const weights = await train('iris.csv', '--epochs', '8', '--shards', '3', '--out', 'whole.bp4');
    await train('iris.csv', '--epochs', '5', '--shards', '3', '--out', 'part.bp4');
    expect(await train('--resume', 'part.bp4', '--epochs', '8', '--threads', '2')).toBe(weights);
    const { stderr } = await run('--resume', 'part.bp4', '--epochs', '8', '--shards', '4');
    expect(stderr).toMatch(/--shards: it was 3 when the training began/);
  });

  it('names shard and round where the training diverges', async () => {
    const { code, stderr } = await run(
      'iris.csv',
      '--shards',
      '3',
      '--optimizer',
      'sgd',
      '--learning-rate',
      '1e9',
    );
    expect(code).toBe(4);
    expect(stderr).toMatch(/^bp4: shard 0, round 1: training diverged in epoch 1, step \d/);
  });

  it.each([
    [['--rounds', '3'], 2, /^bp4: --rounds: it needs --shards; give --shards too/],
    [['--shards', '109'], 2, /^bp4: --shards: there are only 10\d samples to learn from/],
    [['--shards', '0'], 2, /^bp4: --shards: expected a whole number from 1 to 4096, got '0'/],
    [['--shards', '3', '--stream'], 2, /^bp4: --shards: data larger than memory cannot be divided/],
    [['--shards', '--rounds', '9', '--epochs', '8'], 2, /^bp4: --rounds: there are only 8 epochs/],
    [['--queue'], 3, /^bp4: queue has no URL; set it, or the variable BP4_QUEUE/],
    [
      ['--queue', 'redis://127.0.0.1:1'],
      3,
      /^bp4: redis:\/\/127.0.0.1:1: can't be used: connect ECONNREFUSED/,
    ],
  ])('refuses %j', async (args, code, message) => {
    const ran = await run('iris.csv', ...args);
    expect({ code: ran.code, stderr: ran.stderr }).toEqual({
      code,
      stderr: expect.stringMatching(message) as string,
    });
  });
});
