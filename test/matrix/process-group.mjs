import { spawn } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';

/** The running process groups. The exit of this process ends them. */
const groups = new Set();
process.on('exit', () => {
  for (const group of groups) signalGroup(group, 'SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));

/**
 * Starts a program in a new process group.
 * @param options.moreFiles its file descriptors from 3 on
 * @returns the child; `output()`, its output so far; `ended`, which resolves to its exit code, or rejects if it fails to
 * start; `close()`, which ends the whole process group
 */
export function start(program, parameters, { cwd, env = process.env, moreFiles = [] } = {}) {
  const child = spawn(program, parameters, {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe', ...moreFiles],
    detached: true,
  });
  if (child.pid !== undefined) groups.add(child.pid); // undefined if it failed to start
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
    if (error.code !== 'ESRCH') throw error; // the group has ended already
  }
}
