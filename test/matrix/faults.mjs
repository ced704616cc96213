import { spawn, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Network } from '../../dist/index.js';

// What happens to model files when the host fails: a training is killed at random moments, each kind of system call that
// writes a file fails, the disk is full, calls are refused. A model file must hold the old network or the new one, and a
// command that succeeds must have written the new one. Prints a line of figures for each. `--tries N` bounds the runs of a
// part, and each part ends within 45 s. Requires Linux, and strace for the system calls.

const { values } = parseArgs({ options: { tries: { type: 'string', default: '40' } } });
const tries = Number(values.tries);
const PART_LIMIT = 45_000;
const RUN_LIMIT = 30_000;

const bin = fileURLToPath(new URL('../../dist/cli/index.js', import.meta.url));
const cwd = mkdtempSync(join(tmpdir(), 'bp4-faults-'));
process.on('exit', () => rmSync(cwd, { recursive: true }));

const rows = Array.from(
  { length: 300 },
  (_, n) => `${Math.sin(n)},${Math.cos(n)},${Math.sin(n) > 0 ? 'up' : 'down'}`,
);
writeFileSync(join(cwd, 'data.csv'), `a,b,kind\n${rows.join('\n')}\n`);
const training = ['train', 'data.csv', '--threads', '1', '--out', 'model.bp4', '--quiet'];

/** Runs a program to its end. @returns its exit code, null if a signal ended it, stderr, and whether it hung */
function run(program, args, { stdout = 'ignore', env = {} } = {}) {
  const { status, stderr, error } = spawnSync(program, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', stdout, 'pipe'],
    encoding: 'utf8',
    timeout: RUN_LIMIT,
    killSignal: 'SIGKILL',
  });
  return { code: status, stderr, hung: error?.code === 'ETIMEDOUT' };
}

const bp4 = (...args) => run(process.execPath, [bin, ...args]);
const read = (name) => (existsSync(join(cwd, name)) ? readFileSync(join(cwd, name)) : undefined);

async function isWhole(bytes) {
  return await Network.load(bytes).then(
    (net) => (net.dispose(), true),
    () => false,
  );
}

const temporaries = () => readdirSync(cwd).filter((name) => name.endsWith('.tmp'));

/** Starts each try from the same old model. */
function reset() {
  for (const name of temporaries()) rmSync(join(cwd, name));
  copyFileSync(join(cwd, 'old.bp4'), join(cwd, 'model.bp4'));
}

/** @returns what is wrong after a command that was to replace the model, if anything */
async function findFault({ code, stderr, hung }) {
  const model = read('model.bp4');
  if (model === undefined) return 'the model is gone';
  if (!(await isWhole(model))) return 'the model is damaged';
  if (hung) return `bp4 hung for ${RUN_LIMIT / 1000} s`;
  if (code === 0 && model.equals(read('old.bp4'))) return 'bp4 succeeded, and the model is the old one';
  if (/^\s+at .*file:/m.test(stderr)) return `bp4 ended with a raw stack: ${stderr}`;
  return undefined;
}

let failed = 0;

/** Runs the tries of a part, and prints its figures. @param attempt returns an outcome, { fault } if something is wrong */
async function part(name, all, attempt) {
  const begun = performance.now();
  const outcomes = {};
  let count = 0;
  for (const one of all) {
    if (performance.now() - begun > PART_LIMIT) break;
    const { outcome, fault } = await attempt(one);
    count++;
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    if (fault === undefined) continue;
    failed++;
    console.error(`  ${name}, ${JSON.stringify(one)}: ${fault}`);
  }
  if (count === 0) failed++;
  const figures = Object.entries(outcomes).map(([outcome, n]) => `${n} ${outcome}`);
  console.log(`${name}: ${count} tries, ${figures.join(', ')}`);
}

/** Kills a training that saves a checkpoint after each epoch, at a random moment. */
async function kill(delay) {
  const args = [
    ...training,
    '--epochs',
    '100000',
    '--patience',
    '0',
    '--checkpoint',
    'run.bp4',
    '--checkpoint-every',
    '1',
  ];
  const child = spawn(process.execPath, [bin, ...args], { cwd, stdio: 'ignore' });
  const end = new Promise((resolve) => child.once('exit', resolve));
  await wait(delay);
  child.kill('SIGKILL');
  await end;
  const bytes = read('run.bp4');
  if (bytes === undefined) return { outcome: 'before the first checkpoint' };
  return (await isWhole(bytes))
    ? { outcome: 'with a whole checkpoint' }
    : { outcome: 'damaged', fault: 'the checkpoint is damaged' };
}

/** Lets the nth call of a kind fail in the thread that writes files. */
async function failCall({ call, error, when }) {
  reset();
  const inject = [
    '-f',
    '-qq',
    '-o',
    '/dev/null',
    '-e',
    `trace=${call}`,
    '-e',
    `inject=${call}:error=${error}:when=${when}`,
  ];
  const ran = run('strace', [...inject, process.execPath, bin, ...training, '--epochs', '2'], {
    env: { UV_THREADPOOL_SIZE: '1' },
  });
  // Node aborts if its own calls fail, for example the write that wakes its event loop.
  const outcome = ran.code === 0 ? 'saved' : ran.code === null ? 'aborted by Node' : 'refused';
  return { outcome, fault: await findFault(ran) };
}

function listCalls() {
  const calls = ['fsync', 'fchmod', 'rename', 'write', 'openat', 'close', 'statx'];
  const errors = ['EIO', 'ENOSPC', 'EACCES', 'EPERM'];
  // rare calls are all made by the writer of files; the others also by Node
  const last = (call) => (['fsync', 'fchmod', 'rename'].includes(call) ? 2 : 12);
  const all = calls.flatMap((call) =>
    errors.flatMap((error) => Array.from({ length: last(call) }, (_, n) => ({ call, error, when: n + 1 }))),
  );
  const order = all.map((one, n) => [(n * 7919) % all.length, one]).sort(([a], [b]) => a - b);
  return order.map(([, one]) => one).slice(0, 3 * tries);
}

/** A disk with no room for the model, for the log, or for neither. */
async function fillDisk(which) {
  reset();
  const command = [
    process.execPath,
    bin,
    ...training.filter((word) => which === 'model' || word !== '--quiet'),
    '--epochs',
    '2',
  ];
  const ran =
    which === 'log'
      ? run(command[0], command.slice(1), { stdout: openSync('/dev/full', 'w') })
      : run('sh', ['-c', `trap '' XFSZ; ulimit -f 1; exec "$@"`, 'sh', ...command]);
  const fault =
    (await findFault(ran)) ??
    (ran.code === 3 ? undefined : `expected exit code 3, got ${ran.code}: ${ran.stderr}`);
  const isOld = read('model.bp4').equals(read('old.bp4'));
  const expected = which === 'log' ? !isOld : isOld;
  return {
    outcome: isOld ? 'refused, with the old model' : 'saved',
    fault: fault ?? (expected ? undefined : 'the wrong model'),
  };
}

async function refuse(flags) {
  reset();
  const ran = run(process.execPath, [...flags, '--no-warnings', bin, ...training, '--epochs', '2']);
  return {
    outcome: ran.code === 0 ? 'saved' : 'refused',
    fault: ran.code === 0 ? await findFault(ran) : ran.stderr,
  };
}

const begun = performance.now();
const made = bp4(...training, '--epochs', '1');
if (made.code !== 0) throw new Error(`the first training failed: ${made.stderr}`);
const startup = performance.now() - begun;
copyFileSync(join(cwd, 'model.bp4'), join(cwd, 'old.bp4'));

const permission =
  Number(process.versions.node.split('.')[0]) >= 24 ? '--permission' : '--experimental-permission';
await part(
  'killed',
  Array.from({ length: tries }, (_, n) => startup * (0.7 + ((n * 377) % 1000) / 1000)),
  kill,
);
await part('full disk', ['log', 'model'], fillDisk);
await part(
  'refused calls',
  [[permission, '--allow-fs-read=*', '--allow-fs-write=*'], ['--frozen-intrinsics']],
  refuse,
);
if (run('strace', ['-V']).code === 0) await part('failing system calls', listCalls(), failCall);
else
  console.error(
    'SKIPPED: failing system calls, because strace is not installed (scripts/install-test-tools.sh)',
  );
if (failed > 0) {
  console.error(`${failed} failed`);
  process.exitCode = 1;
}
