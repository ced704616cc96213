import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Debian's, for which it has packages: another python3 on the path may have none of them. */
const PYTHON = '/usr/bin/python3';

/**
 * Runs a script that stands beside the tests.
 * @param packages of Debian that it imports from
 * @returns what it printed
 */
export function python(script, args, packages) {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const { status, stdout, stderr, error } = spawnSync(PYTHON, [path, ...args], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status === 0) return stdout;
  const cure =
    /ModuleNotFoundError/.test(stderr) || error ? `apt-get install -y ${packages.join(' ')}\n` : '';
  throw new Error(`${PYTHON} ${script} failed. ${cure}${stderr ?? error}`);
}
