import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Debian's, for which it has packages: another python3 on the path may have none of them. */
const PYTHON = '/usr/bin/python3';

/**
 * Runs a script that stands beside the tests.
 * @param packages of Debian that it imports from
 * @param input what it reads from standard input
 * @returns what it printed
 */
export const python = (script, args, packages, input) =>
  run(script, [fileURLToPath(new URL(script, import.meta.url)), ...args], packages, { input });

/**
 * Runs a program that a test holds as text, in a folder.
 * @param packages of Debian that it imports from
 * @returns what it printed
 */
export const pythonText = (program, args, packages, cwd) =>
  run('-c', ['-c', program, ...args], packages, { cwd });

function run(name, args, packages, options) {
  const { status, stdout, stderr, error } = spawnSync(PYTHON, args, {
    ...options,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status === 0) return stdout;
  const cure =
    /ModuleNotFoundError/.test(stderr) || error ? `apt-get install -y ${packages.join(' ')}\n` : '';
  throw new Error(`${PYTHON} ${name} failed. ${cure}${stderr ?? error}`);
}
