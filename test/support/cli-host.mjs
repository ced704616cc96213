// Runs `bp4` repeatedly in one process, on request of cli.ts, to save the time of starting Node and loading the program.
// Each run has separate arguments, folder, environment, stdin, stdout, stderr and exit code.
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';

const environment = { ...process.env };
const home = process.cwd();
let runs = 0;

/** Thrown by `process.exit`, so that the run stops there. */
class Exit extends Error {}

async function run({ bin, args, cwd, input, env }) {
  const output = { stdout: '', stderr: '' };
  let code;
  const write = (name) => (text, encoding, done) => {
    if (code === undefined) output[name] += Buffer.from(text).toString();
    (typeof encoding === 'function' ? encoding : done)?.();
    return true;
  };
  const originals = { stdout: process.stdout.write, stderr: process.stderr.write, exit: process.exit };
  process.stdout.write = write('stdout');
  process.stderr.write = write('stderr');
  process.exit = (status = process.exitCode ?? 0) => {
    code ??= Number(status);
    throw new Exit();
  };
  Object.defineProperty(process, 'stdin', { value: Readable.from([Buffer.from(input)]), configurable: true });
  process.env = { ...environment, ...env };
  process.argv = [process.execPath, bin, ...args];
  process.exitCode = undefined;
  process.chdir(cwd);
  try {
    await import(`${pathToFileURL(bin).href}?${runs++}`); // only the entry runs again; its imports are cached
  } catch (error) {
    if (!(error instanceof Exit)) throw error;
  } finally {
    code ??= Number(process.exitCode ?? 0);
    process.stdout.write = originals.stdout;
    process.stderr.write = originals.stderr;
    process.exit = originals.exit;
    process.exitCode = undefined;
    process.chdir(home); // Windows can't remove the working folder of a process
    // a run's listeners end with it, as they would in a separate process
    for (const stream of [process.stdout, process.stderr]) stream.removeAllListeners('error');
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(signal);
  }
  return { code, signal: null, ...output };
}

let last = Promise.resolve();
process.on('message', ({ id, ...request }) => {
  last = last
    .then(() => run(request))
    .then(
      (ran) => process.send({ id, ran }),
      (error) => process.send({ id, failure: error?.stack ?? String(error) }),
    );
});
process.on('disconnect', () => process.exit());
