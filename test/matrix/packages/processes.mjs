import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** A program that npm has installed. */
export const bin = (folder, name) => join(folder, 'node_modules', '.bin', name);

/** How the servers of Vite and Next tell where they are. */
export const address = /Local: +(http:\S+)/;

/** Process groups that run at present; none outlives this process. */
const groups = new Set();
process.on('exit', () => groups.forEach((group) => endGroup(group)));

const environment = { ...process.env, NO_COLOR: '1', NEXT_TELEMETRY_DISABLED: '1' };
delete environment.FORCE_COLOR;

function start(program, parameters, cwd) {
  const child = spawn(program, parameters, {
    cwd,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true, // a process group of its own
  });
  if (child.pid !== undefined) groups.add(child.pid); // it could be started
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { child, ended, output: () => output, close: () => endGroup(child.pid) };
}

/**
 * Runs a program to its end.
 * @returns all that it wrote
 * @throws where it fails, or takes longer than five minutes
 */
export async function run(program, parameters, cwd) {
  const { ended, output, close } = start(program, parameters, cwd);
  const timer = setTimeout(close, 300_000);
  const code = await ended.finally(() => {
    clearTimeout(timer);
    close();
  });
  if (code !== 0) throw new Error(`${program} ${parameters.join(' ')} ended with ${code}:\n${output()}`);
  return output();
}

/**
 * Starts a program that goes on, and waits until it has written all that is looked for.
 * @param patterns whose first groups are what is looked for
 */
export async function serveWith(program, parameters, cwd, patterns) {
  const { child, ended, output, close } = start(program, parameters, cwd);
  const found = await new Promise((resolve, reject) => {
    const fail = (why) => {
      clearTimeout(timer);
      close();
      reject(new Error(`${program} ${parameters.join(' ')} ${why}:\n${output()}`));
    };
    const timer = setTimeout(fail, 120_000, 'does not answer');
    ended.then((code) => fail(`ended with ${code}`), reject);
    child.stdout.on('data', () => {
      const matches = patterns.map((pattern) => pattern.exec(output())?.[1]);
      if (matches.includes(undefined)) return;
      clearTimeout(timer);
      resolve(matches);
    });
  });
  return { found, output, close };
}

function endGroup(group) {
  if (!groups.delete(group)) return;
  try {
    process.kill(-group, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error; // all have ended
  }
}
