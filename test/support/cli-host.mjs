// Runs `bp4` again and again in one process, as cli.ts asks: what a run costs is then its own work, and not that of starting
// Node and loading the program. A run sees its own arguments, folder, environment, stdin, stdout, stderr and exit code.
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';

const environment = { ...process.env };
const home = process.cwd();
let runs = 0;

/** Thrown by `process.exit`, so that nothing goes on after it. */
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
    await import(`${pathToFileURL(bin).href}?${runs++}`); // only the entry runs again: what it imports is there already
  } catch (error) {
    if (!(error instanceof Exit)) throw error;
  } finally {
    code ??= Number(process.exitCode ?? 0);
    process.stdout.write = originals.stdout;
    process.stderr.write = originals.stderr;
    process.exit = originals.exit;
    process.exitCode = undefined;
    process.chdir(home); // Windows does not remove a folder in which a process stands
    // a process that ends takes its listeners along
    for (const stream of [process.stdout, process.stderr]) stream.removeAllListeners('error');
    for (const signal of ['SIGINT', 'SIGTERM']) process.removeAllListeners(signal);
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
