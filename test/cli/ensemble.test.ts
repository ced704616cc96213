import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Ensemble } from '../../src/ensemble/index.js';
import { Network } from '../../src/index.js';
import { bp4, readEvent, type Ran } from '../support/cli.js';

const cwd = mkdtempSync(join(tmpdir(), 'bp4-cli-ensemble-'));
afterAll(() => rmSync(cwd, { recursive: true }));
const run = (...args: string[]): Promise<Ran> => bp4(args, { cwd });

let ensemble: Ensemble;
beforeAll(async () => {
  const layers = [{ units: 2, activation: 'softmax' }] as const;
  const networks = await Promise.all([1, 2].map((seed) => Network.create({ inputs: 2, layers, seed })));
  ensemble = await Ensemble.fromNetworks(networks.map((network, i) => ({ network, weight: 2 - i })));
  writeFileSync(join(cwd, 'e.bp4'), ensemble.save());
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
    'e.bp4: it is an ensemble of bp4 search, and bp4 train continues one network; to go on',
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
  expect(stderr).toContain('e.bp4: it is an ensemble of networks, and diagnose measures one');
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
