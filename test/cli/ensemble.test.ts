import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Ensemble } from '../../src/ensemble/index.js';
import { Network, Random } from '../../src/index.js';
import { bp4, bp4Process, irisCSV, listEvents, readEvent, type Ran } from '../support/cli.js';

const cwd = mkdtempSync(join(tmpdir(), 'bp4-cli-ensemble-'));
afterAll(() => rmSync(cwd, { recursive: true }));
const run = (...args: string[]): Promise<Ran> => bp4(args, { cwd });

let ensemble: Ensemble;
beforeAll(async () => {
  const layers = [{ units: 2, activation: 'softmax' }] as const;
  const networks = await Promise.all([1, 2].map((seed) => Network.create({ inputs: 2, layers, seed })));
  ensemble = await Ensemble.fromNetworks(networks.map((network, i) => ({ network, weight: 2 - i })));
  writeFileSync(join(cwd, 'e.bp4'), ensemble.save());
  writeFileSync(join(cwd, 'iris.csv'), irisCSV());
  writeFileSync(join(cwd, 'data.csv'), 'a,b,kind\n1,2,0\n-3,1,1\n');
});

it('predict and evaluate open an ensemble like a model', async () => {
  const { stdout } = await run('predict', 'e.bp4', 'data.csv', '--inputs', 'a,b', '--json');
  const shares = Array.from(ensemble.predict([1, 2]), (share) => Number(share.toPrecision(7)));
  expect(JSON.parse(stdout.split('\n')[0]!)).toMatchObject({ outputs: { 0: shares[0], 1: shares[1] } });
  const evaluated = await run(
    'evaluate',
    'e.bp4',
    'data.csv',
    '--inputs',
    'a,b',
    '--label',
    'kind',
    '--json',
  );
  const expected = ensemble.evaluate({ inputs: [1, 2, -3, 1], labels: [0, 1] });
  expect(readEvent(evaluated, 'evaluation')).toMatchObject(expected);
});

it('inspect lists the members with their weights and hashes', async () => {
  const found = readEvent(await run('inspect', 'e.bp4', '--json'), 'ensemble');
  expect(found).toMatchObject({
    members: [
      { weight: 2, seed: 1 },
      { weight: 1, seed: 2 },
    ],
  });
  expect((await run('inspect', 'e.bp4')).stdout).toMatch(
    /an ensemble of 2 networks[^]*members\[1\] {2}2 softmax +1 /,
  );
});

it('export writes an ensemble as .bp4 with the same bytes, and refuses formats of one network', async () => {
  expect((await run('export', 'e.bp4', 'f.bp4')).code).toBe(0);
  expect(readFileSync(join(cwd, 'f.bp4')).equals(readFileSync(join(cwd, 'e.bp4')))).toBe(true);
  for (const name of ['e.npz', 'e.json', 'e.safetensors']) {
    const { code, stderr } = await run('export', 'e.bp4', name);
    expect(stderr).toMatch(/e\.bp4: it is an ensemble of networks, and .* one; write \.onnx, \.mjs or \.bp4/);
    expect(code).toBe(2);
  }
});

it('train refuses to resume an ensemble, and says how a search goes on', async () => {
  const { code, stderr } = await run('train', '--resume', 'e.bp4');
  expect(stderr).toContain(
    'e.bp4: it is an ensemble, and bp4 train continues one network; to continue a search',
  );
  expect(code).toBe(3);
});

it('train refuses to resume a file that is too short for a model', async () => {
  writeFileSync(join(cwd, 'short.bp4'), 'bp4');
  const { code, stderr } = await run('train', '--resume', 'short.bp4');
  expect(stderr).toMatch(/^bp4: short\.bp4/);
  expect(code).toBe(3);
});

it('diagnose refuses an ensemble by its name', async () => {
  const { code, stderr } = await run('diagnose', 'e.bp4', 'data.csv');
  expect(stderr).toContain(
    'e.bp4: it is an ensemble of networks, and diagnose measures one; pass a single network, as bp4 train saves without --ensemble',
  );
  expect(code).toBe(2);
});

it.each([
  ['a zip file', 0x4b50],
  ['JSON', 0x7b20],
])('inspect opens a file whose first bytes, the length of its header, look like %s', async (_, length) => {
  const bytes = Buffer.from(ensemble.save());
  const end = 8 + bytes.readUInt32LE(0);
  const header = bytes.toString('latin1', 8, end).padEnd(length);
  const first = Buffer.alloc(8);
  first.writeUInt32LE(length);
  writeFileSync(
    join(cwd, 'long.bp4'),
    Buffer.concat([first, Buffer.from(header, 'latin1'), bytes.subarray(end)]),
  );
  expect(await run('inspect', 'long.bp4')).toMatchObject({ code: 0, stderr: '' });
});

describe('bp4 train --ensemble', () => {
  const iris = ['train', 'iris.csv', '--epochs', '12', '--json'];
  const loadMembers = async (path: string): Promise<Ensemble['members']> =>
    (await Ensemble.load(readFileSync(join(cwd, path)))).members;

  it('trains each network as its seed alone would, and saves the mean of them', async () => {
    const ran = await run(...iris, '--ensemble', '2', '--seed', '3', '--test-split', '0', '--out', 'two.bp4');
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    const alone = await Promise.all(
      ['3', '4'].map(async (seed) => {
        const out = `seed${seed}.bp4`;
        await run(...iris, '--seed', seed, '--test-split', '0', '--out', out);
        return await Network.load(readFileSync(join(cwd, out)));
      }),
    );
    const members = await loadMembers('two.bp4');
    expect(members.map(({ state }) => state.parameters)).toEqual(alone.map(({ state }) => state.parameters));
    expect(listEvents(ran).filter(({ event }) => event === 'member')).toEqual([
      { event: 'member', member: 0, members: 2, seed: 3 },
      { event: 'member', member: 1, members: 2, seed: 4 },
    ]);
    expect(listEvents(ran).some(({ event }) => event === 'watched')).toBe(false);
    const evaluated = readEvent(await run('evaluate', 'two.bp4', 'iris.csv', '--json'), 'evaluation');
    expect(evaluated['accuracy']).toBe(readEvent(ran, 'evaluation')['accuracy']);
  });

  it.each(['--checkpoint=c.bp4', '--report=r.html', '--shards=2'])('is refused with %s', async (option) => {
    const { code, stderr } = await run('train', 'iris.csv', '--ensemble', '2', option);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^bp4: --ensemble: can't be combined with --/)]);
  });

  it('saves the networks that are finished, if it is stopped', async () => {
    let isSent = false;
    const args = [
      'train',
      'iris.csv',
      '--ensemble',
      '50',
      '--epochs',
      '300',
      '--out',
      'stopped.bp4',
      '--json',
    ];
    const ran = await bp4Process(args, {
      cwd,
      onOutput: (stdout, kill) => {
        if (isSent || !stdout.includes('"member":2')) return;
        isSent = true;
        kill('SIGINT');
      },
    });
    expect([ran.code, ran.stderr]).toEqual([
      130,
      expect.stringMatching(/stopped in network \d+ of 50; saved the/),
    ]);
    expect((await loadMembers('stopped.bp4')).length).toBeGreaterThanOrEqual(2);
  });
});

describe('bp4 train, after the epochs with validation', () => {
  const args = ['train', 'iris.csv', '--epochs', '40', '--patience', '5', '--json', '--out'];
  const weigh = (ran: Ran): unknown => readEvent(ran, 'saved')['weights'];

  it('trains again on all samples, for the mean of the best epochs of five seeds', async () => {
    // With a test file, all seeds have the same training and validation samples together.
    const initializers = ['--initializer', 'heUniform', '--initializer', 'glorotNormal']; // the last one counts
    const more = ['--learning-rate', '0.02', ...initializers, '--test', 'iris.csv'];
    const ran = await run(...args, 'again.bp4', ...more);
    const best: number[] = [];
    for (const seed of ['0', '1', '2', '3', '4']) {
      const alone = await run(...args, 'alone.bp4', ...more, '--no-refit', '--seed', seed);
      best.push(readEvent(alone, 'trained')['bestEpoch'] as number);
    }
    const watched = listEvents(ran).filter(({ event }) => event === 'watched');
    expect(watched.map(({ bestEpoch }) => bestEpoch)).toEqual(best.slice(1));
    const epochs = Math.round(best.reduce((sum, epoch) => sum + epoch) / best.length);
    expect(epochs).not.toBe(best[0]);
    expect(readEvent(ran, 'refitted')).toMatchObject({ epochs, samples: 150 });
    expect(listEvents(ran).filter(({ event }) => event === 'refit')).toHaveLength(epochs);
    const same = ['--validation-split', '0', '--epochs', String(epochs), ...more];
    expect(weigh(await run('train', 'iris.csv', '--json', '--out', 'all.bp4', ...same))).toBe(weigh(ran));
  });

  it('survives the divergence of runs with other seeds, and of the one on all samples', async () => {
    const random = Random.fromSeed(1);
    const rows = Array.from({ length: 120 }, () => {
      const [a, b, c] = [random.normal(), random.normal(), random.normal()];
      return [a, b, c, 2 * a - b * c].map((value) => value.toFixed(3)).join();
    });
    writeFileSync(join(cwd, 'steep.csv'), `a,b,c,y\n${rows.join('\n')}\n`);
    const steep = ['train', 'steep.csv', '--target', 'y', '--epochs', '40', '--hidden', '16', '--json'];
    const more = [...steep, '--optimizer', 'sgd', '--learning-rate', '0.2', '--seed'];
    const count = (ran: Ran, event: string): number =>
      listEvents(ran).filter((one) => one.event === event).length;

    const lucky = await run(...more, '0');
    expect(count(lucky, 'watched')).toBe(2);
    expect(count(lucky, 'refitted')).toBe(1);
    const unlucky = await run(...more, '2');
    expect(readEvent(unlucky, 'warning')['problem']).toMatch(/^training on all samples diverged/);
    expect(count(unlucky, 'refitted')).toBe(0);
    expect(weigh(unlucky)).toBe(weigh(await run(...more, '2', '--no-refit')));
  });

  it('trusts the best epoch of many samples', async () => {
    const rows = Array.from({ length: 2500 }, (_, n) => `${(n * 7919) % 1009},${n % 2}`);
    writeFileSync(join(cwd, 'many.csv'), `x,label\n${rows.join('\n')}\n`);
    const more = ['--epochs', '3', '--test-split', '0.2', '--json'];
    const ran = await run('train', 'many.csv', ...more);
    expect(listEvents(ran).some(({ event }) => event === 'watched')).toBe(false);
    expect(readEvent(ran, 'refitted')['epochs']).toBe(readEvent(ran, 'trained')['bestEpoch']);
  });

  it.each(['--no-refit', '--keep-last', '--patience=0'])('keeps the weights with %s', async (option) => {
    const ran = await run(...args, 'kept.bp4', option);
    expect(listEvents(ran).some(({ event }) => event.startsWith('refit'))).toBe(false);
    expect(readEvent(ran, 'saved')).toBeDefined();
  });

  it.each(['watched', 'refit'])('goes on with it when stopped there, to the same bits: %s', async (event) => {
    const long = ['--hidden', '2048', '--batch', '8', '--epochs', '60', '--patience', '60'];
    const whole = await run('train', 'iris.csv', '--json', '--out', 'whole.bp4', ...long);
    let isSent = false;
    const stopped = await bp4Process(['train', 'iris.csv', '--json', '--out', 'half.bp4', ...long], {
      cwd,
      onOutput: (stdout, kill) => {
        if (isSent || !stdout.includes(`"event":"${event}"`)) return;
        isSent = true;
        kill('SIGINT');
      },
    });
    expect(stopped.code).toBe(130);
    expect(weigh(await run('train', '--resume', 'half.bp4', '--json'))).toBe(weigh(whole));
  });
});
