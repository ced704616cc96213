import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  bin,
  bp4,
  bp4Process,
  readEvent,
  listEvents,
  irisCSV,
  signsCSV,
  signsTask as task,
  type Ran,
} from '../support/cli.js';
import { amount } from '../support/thorough.js';

// Trainings that are stopped, go on, or lose their reader.

const cwd = mkdtempSync(join(tmpdir(), 'bp4-cli-stop-'));

beforeAll(() => {
  writeFileSync(join(cwd, 'iris.csv'), irisCSV());
  writeFileSync(join(cwd, 'data.csv'), signsCSV());
});
afterAll(() => rmSync(cwd, { recursive: true }));

/** Sends a signal some milliseconds after so many epochs. */
function runAndSignal(
  args: readonly string[],
  signal: NodeJS.Signals,
  epochs: number,
  delay: number,
): Promise<Ran> {
  let isSent = false;
  return bp4Process([...args, '--json'], {
    cwd,
    onOutput: (stdout, kill) => {
      if (isSent || stdout.split('"event":"epoch"').length <= epochs) return;
      isSent = true;
      setTimeout(() => kill(signal), delay);
    },
  });
}

/** On Windows, kill ends a process at once, without a signal that it could handle; and there is no sh. */
const itOnPOSIX = it.skipIf(process.platform === 'win32');

const pickWeights = (ran: Ran): unknown => readEvent(ran, 'saved')['weights'];

describe('a training that is stopped', () => {
  let never: Ran;
  beforeAll(async () => {
    never = await bp4(['train', ...task, '--epochs', '6', '--json', '--out', 'never.bp4'], { cwd });
  });

  itOnPOSIX.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'a training stopped by %s saves, says how to resume, and resumes to the same bits',
    async (signal) => {
      const out = `${signal}.bp4`;
      const ran = await runAndSignal(['train', ...task, '--epochs', '1000', '--out', out], signal, 2, 30);
      expect(ran.code).toBe(130);
      expect(ran.stderr).toMatch(
        new RegExp(
          `^bp4: stopped in epoch \\d+, after a whole step; saved ${out}; continue with: npx bp4 train --resume ${out}\n$`,
        ),
      );
      expect(listEvents(ran).at(-1)).toMatchObject({ event: 'stopped', path: out });
      const resumed = await bp4(['train', '--resume', out, '--epochs', '6', '--json'], { cwd });
      expect(resumed).toMatchObject({ code: 0, stderr: '' });
      const [first] = listEvents(resumed).filter(({ event }) => event === 'epoch');
      expect(first!['epoch']).toBe((listEvents(ran).at(-1)!['epoch'] as number) + 1);
      expect(pickWeights(resumed)).toBe(pickWeights(never));
      expect(readEvent(resumed, 'test')).toEqual(readEvent(never, 'test'));
    },
  );

  itOnPOSIX('a training stopped before its first step saves nothing, and says so', async () => {
    // Of so many samples the first step takes long enough for a signal to arrive before its end.
    const args = ['train', ...task, '--hidden', '2048,2048', '--batch', '20000', '--out', 'first.bp4'];
    let isSent = false;
    const ran = await bp4Process([...args, '--json'], {
      cwd,
      onOutput: (stdout, kill) => {
        if (isSent || !stdout.includes('"event":"network"')) return;
        isSent = true;
        setTimeout(() => kill('SIGINT'), 50);
      },
    });
    expect(ran.stderr).toBe(
      'bp4: stopped before the first step; there is nothing to save yet; to train, start again\n',
    );
    expect(ran.code).toBe(130);
    expect(listEvents(ran).at(-1)).toEqual({ event: 'stopped', epoch: 0 });
    expect(existsSync(join(cwd, 'first.bp4'))).toBe(false);
  });

  itOnPOSIX('a training to another format is stopped into a .bp4 file, and goes on from it', async () => {
    const out = 'stopped.onnx';
    const ran = await runAndSignal(['train', ...task, '--epochs', '1000', '--out', out], 'SIGINT', 2, 30);
    expect(ran.stderr).toMatch(/saved stopped\.bp4; .*--resume stopped\.bp4 --out stopped\.onnx\n$/);
    expect(existsSync(join(cwd, out))).toBe(false);
    // Many more than it has learned when the signal comes, however late that is.
    const epochs = ['--epochs', '60', '--json'];
    const whole = await bp4(['train', ...task, ...epochs, '--out', 'whole.bp4'], { cwd });
    const resumed = await bp4(['train', '--resume', '--out', out, ...epochs], { cwd });
    expect(resumed).toMatchObject({ code: 0, stderr: '' });
    expect(readEvent(resumed, 'exported')).toMatchObject({ format: 'onnx', files: [out] });
    expect(pickWeights(resumed)).toBe(pickWeights(whole));
  });

  itOnPOSIX('a training stopped several times resumes to the same bits', async () => {
    let args = ['train', ...task, '--epochs', '6', '--out', 'often.bp4'];
    let stops = 0;
    for (const delay of amount([20, 45], [20, 45, 70])) {
      const ran = await runAndSignal(args, 'SIGINT', 1, delay);
      if (ran.code === 0) break; // it was done before the signal came
      expect(ran.code).toBe(130);
      stops++;
      args = ['train', '--resume', 'often.bp4'];
    }
    expect(stops).toBeGreaterThan(1);
    const last = await bp4(['train', '--resume', 'often.bp4', '--json'], { cwd });
    expect(pickWeights(last)).toBe(pickWeights(never));
  });

  it('a training stopped by SIGKILL leaves a whole checkpoint, which resumes to the same bits', async () => {
    const args = [
      'train',
      ...task,
      '--epochs',
      '1000',
      '--checkpoint',
      'run.bp4',
      '--checkpoint-every',
      '1',
      '--out',
      'x.bp4',
    ];
    const ran = await runAndSignal(args, 'SIGKILL', 3, 40);
    expect(ran.signal).toBe('SIGKILL');
    expect(existsSync(join(cwd, 'x.bp4'))).toBe(false);
    const resumed = await bp4(
      [
        'train',
        'data.csv',
        '--checkpoint',
        'run.bp4',
        '--resume',
        '--epochs',
        '6',
        '--out',
        'x.bp4',
        '--json',
      ],
      { cwd },
    );
    expect(resumed).toMatchObject({ code: 0, stderr: '' });
    expect(pickWeights(resumed)).toBe(pickWeights(never));
    expect(readdirSync(cwd).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('a training does not resume with other options or data', async () => {
    const seed = await bp4(['train', '--resume', 'never.bp4', '--seed', '7'], { cwd });
    expect(seed).toMatchObject({ code: 2 });
    expect(seed.stderr).toBe(
      'bp4: --seed: it was not given when the training began; leave it out to continue\n',
    );
    writeFileSync(
      join(cwd, 'less.csv'),
      readFileSync(join(cwd, 'data.csv'), 'utf8').split('\n').slice(0, 999).join('\n'),
    );
    // A checkpoint is unfinished: a finished model would begin a new run.
    const checkpoint = ['--checkpoint', 'part.bp4', '--checkpoint-every', '1', '--out', 'two.bp4'];
    await bp4(['train', ...task, '--epochs', '2', ...checkpoint], { cwd });
    const data = await bp4(['train', 'less.csv', '--resume=part.bp4'], { cwd });
    expect(data).toMatchObject({ code: 3 });
    expect(data.stderr).toMatch(
      /^bp4: less\.csv: the training had 16,000 samples, and now there are \d+; give the same data\n$/,
    );
  });

  it('a training that is resumed after its last epoch reports that it had ended', async () => {
    const ran = await bp4(['train', '--resume', 'never.bp4'], { cwd });
    expect(ran.stdout).toContain(
      'Already finished: all 6 epochs are done. To train further: npx bp4 train --resume never.bp4 --epochs 12',
    );
  });
});

itOnPOSIX('quits at once on a second signal, and ignores one that npx forwards', async () => {
  const program = `
    import { Stop } from '${new URL('../../dist/cli/terminal/stop-signals.js', import.meta.url).href}';
    new Stop(() => console.log('first'), () => console.log('quits'));
    setInterval(() => undefined, 1000);
    console.log('ready');`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program]);
  let said = '';
  const until = async (text: string): Promise<void> => {
    while (!said.includes(text)) await new Promise((resolve) => setTimeout(resolve, 10));
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = new Promise((resolve) => child.on('close', resolve));
  await until('ready');
  child.kill('SIGINT');
  await until('first');
  child.kill('SIGINT'); // soon after: the same
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(said).toBe('ready\nfirst\n');
  child.kill('SIGINT');
  expect(await ended).toBe(130);
  expect(said).toBe('ready\nfirst\nquits\n');
});

itOnPOSIX('prints no error when the reader of stdout ends early, as head does', () => {
  const line = '{ "$0" "$1" train iris.csv --json; echo "$?" >&2; } | head -n 1';
  const { stdout, stderr } = spawnSync('sh', ['-c', line, process.execPath, bin], { cwd, encoding: 'utf8' });
  expect(stdout).toMatch(/^\{"event":"data".*\}\n$/);
  expect(stderr).toBe('141\n');
});
