import { spawn } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';

/** Those that run at present; none outlives this process. */
const groups = new Set();
process.on('exit', () => {
  for (const group of groups) signalGroup(group, 'SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));

/**
 * Starts a program in a process group of its own.
 * @param options.moreFiles what its files from the fourth on are
 * @returns the child; `output()`, all that it wrote so far; `ended`, which settles with its exit code, or rejects where it
 * could not be started; `close()`, which ends it with all that it has started
 */
export function start(program, parameters, { cwd, env = process.env, moreFiles = [] } = {}) {
  const child = spawn(program, parameters, {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe', ...moreFiles],
    detached: true,
  });
  if (child.pid !== undefined) groups.add(child.pid); // it could be started
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return {
    child,
    ended,
    output: () => output,
    async close() {
      if (!groups.has(child.pid)) return;
      signalGroup(child.pid, 'SIGTERM');
      await Promise.race([ended, wait(2000, undefined, { ref: false })]);
      signalGroup(child.pid, 'SIGKILL');
      await ended;
      groups.delete(child.pid);
    },
  };
}

function signalGroup(group, signal) {
  try {
    process.kill(-group, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error; // all have ended
  }
}
