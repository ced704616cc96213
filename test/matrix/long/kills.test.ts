import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { Network } from '../../../src/index.js';
import { Random } from '../../../src/base/random.js';
import { loadFile, saveFile } from '../../../src/node/index.js';

// Kills a process that trains and writes checkpoints at any moment, and continues from the file in another: acknowledged
// writes are never lost, files are never broken, and the result equals that of an uninterrupted training. BP4_KILLS=300
// kills more often.

const KILLS = Number(process.env['BP4_KILLS'] ?? 20);

/** Large enough (200 kB) that writing takes a good part of the time. */
const spec = { inputs: 100, layers: [{ units: 500, activation: 'tanh' }], seed: 5 } as const;
const data = {
  inputs: Float32Array.from({ length: 800 }, (_, i) => ((i * 37) % 101) / 101),
  targets: Float32Array.from({ length: 4000 }, (_, i) => ((i * 53) % 97) / 97),
};
const options = { miniBatchSize: 3, learningRate: 0.01, optimizer: 'momentum' } as const;

/** Continues the training from the file, if it exists. Prints what it is about to write and what was acknowledged. */
const program = `
  import { createHash } from 'node:crypto';
  import { existsSync, writeSync } from 'node:fs';
  import { Network } from '${new URL('../../../dist/chunks/index.js', import.meta.url).href}';
  import { checkpointFile, loadFile } from '${new URL('../../../dist/node/index.js', import.meta.url).href}';
  const [, path, task] = process.argv;
  const { spec, inputs, targets, options } = JSON.parse(task);
  const net = existsSync(path) ? await loadFile(path) : await Network.create(spec);
  const file = checkpointFile(path);
  const write = async (bytes) => {
    const hash = createHash('sha256').update(bytes).digest('hex');
    writeSync(1, 'writing ' + hash + '\\n');
    await file.write(bytes);
    writeSync(1, 'written ' + hash + '\\n');
  };
  const checkpoint = { everyEpochs: 1, write };
  await net.train({ inputs, targets }, { ...options, epochs: 1e6, checkpoint, resume: existsSync(path) });`;

const task = JSON.stringify({
  spec,
  inputs: Array.from(data.inputs),
  targets: Array.from(data.targets),
  options,
});

/** When to kill the program: some milliseconds after its start or after it begins to write, or within its n-th write. */
type Moment =
  { readonly afterStart: number } | { readonly afterWriting: number } | { readonly inWrite: number };

const isTemporary = (name: string): boolean => name.endsWith('.tmp');

/** Runs the program until it is killed. @returns its output */
function runAndKill(path: string, moment: Moment): Promise<string> {
  return new Promise((resolve, reject) => {
    const args = ['--input-type=module', '--eval', program, path, task];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const kill = (): unknown => child.kill('SIGKILL');
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    if ('inWrite' in moment) {
      // the program first removes the leftovers of an earlier kill, which also causes an event
      const written = new Set<string>(readdirSync(dirname(path)));
      const { size } = written;
      const watcher = watch(dirname(path), (_, name) => {
        if (name !== null && isTemporary(name)) written.add(name);
        if (written.size === size + moment.inWrite) kill();
      });
      const late = setTimeout(kill, 10_000);
      child.on('close', () => {
        clearTimeout(late);
        watcher.close();
      });
    } else if ('afterStart' in moment) setTimeout(kill, moment.afterStart);
    else child.stdout.once('data', () => setTimeout(kill, moment.afterWriting));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (signal === 'SIGKILL') resolve(said);
      else reject(new Error(`the program ended by itself, with ${code}`));
    });
  });
}

const computeHash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

it(
  `a training resumes to the same bits after ${KILLS} kills, within writes and between them`,
  { timeout: 60_000 + 2000 * KILLS },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bp4-kill-'));
    const path = join(folder, 'run.bp4');
    const random = Random.fromSeed(KILLS);
    /** The hash written after each epoch. A repeated epoch must have the same hash. */
    const hashes: string[] = [];
    let epochs = 0; // in the file
    let strays = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const moments: Moment[] = [
        { afterStart: random.uniform(0, 250) },
        ...Array.from({ length: 3 }, () => ({ afterWriting: random.uniform(0, 40) })),
        ...[1, 2, 3, 4].map((inWrite) => ({ inWrite })),
      ];
      const said = await runAndKill(path, moments[random.below(moments.length)]!);
      let begun = epochs;
      let acknowledged = epochs;
      for (const [, what, hash] of said.matchAll(/^(writing|written) (\w+)$/gm)) {
        if (what === 'writing') hashes[begun] ??= hash!;
        expect(hash).toBe(hashes[what === 'writing' ? begun++ : acknowledged++]);
      }
      if (existsSync(path)) {
        const hash = computeHash(readFileSync(path));
        epochs = hashes.indexOf(hash) + 1;
        expect(epochs).toBeGreaterThanOrEqual(acknowledged);
        expect(epochs).toBeLessThanOrEqual(begun);
        (await loadFile(path)).dispose();
      } else expect(acknowledged).toBe(0);
      if (readdirSync(folder).some(isTemporary)) strays++;
    }
    const never = await Network.create(spec);
    await never.train(data, { ...options, epochs });
    expect(computeHash(readFileSync(path))).toBe(computeHash(never.save()));

    await saveFile(never, path);
    expect(readdirSync(folder)).toEqual(['run.bp4']);
    expect(strays, 'kills within a write').toBeGreaterThan(KILLS / 10);
    rmSync(folder, { recursive: true });
  },
);
