import { join } from 'node:path';
import { start } from '../process-group.mjs';

/** The path of a program that npm installed. */
export const bin = (folder, name) => join(folder, 'node_modules', '.bin', name);

/** Matches the addresses that the servers of Vite and Next print. */
export const address = /Local: +(http:\S+)/;

const env = { ...process.env, NO_COLOR: '1', NEXT_TELEMETRY_DISABLED: '1' };
delete env.FORCE_COLOR;

/**
 * Runs a program to its end.
 * @returns its output
 * @throws Error if it fails or takes longer than five minutes
 */
export async function run(program, parameters, cwd) {
  const { ended, output, close } = start(program, parameters, { cwd, env });
  const timer = setTimeout(close, 300_000);
  const code = await ended.finally(async () => {
    clearTimeout(timer);
    await close();
  });
  if (code !== 0) throw new Error(`${program} ${parameters.join(' ')} ended with ${code}:\n${output()}`);
  return output();
}

/**
 * Starts a program that keeps running, and waits until its output matches all patterns.
 * @param patterns their first groups are the result
 */
export async function serveWith(program, parameters, cwd, patterns) {
  const { child, ended, output, close } = start(program, parameters, { cwd, env });
  const found = await new Promise((resolve, reject) => {
    const fail = (why) => {
      clearTimeout(timer);
      close();
      reject(new Error(`${program} ${parameters.join(' ')} ${why}:\n${output()}`));
    };
    const timer = setTimeout(fail, 120_000, 'does not answer');
    ended.then(
      (code) => fail(`ended with ${code}`),
      ({ message }) => fail(`could not be started (${message})`),
    );
    child.stdout.on('data', () => {
      const matches = patterns.map((pattern) => pattern.exec(output())?.[1]);
      if (matches.includes(undefined)) return;
      clearTimeout(timer);
      resolve(matches);
    });
  });
  return { found, output, close };
}
