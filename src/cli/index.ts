#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { parseArguments } from './options/arguments.js';
import { commandNames, loadCommand } from './commands/index.js';
import { exitCodeOf, lineOf, usageFailure } from './errors.js';
import { helpOf, overview } from './options/help.js';
import { IO } from './terminal/output.js';
import { suggestion } from './options/suggestion.js';

// The program `bp4`: finds the command, runs it, and tells in one line what went wrong.

/** As a shell has it of programs that SIGPIPE ended: 128 + 13. */
const BROKEN_PIPE = 141;

/** @param argv what was typed after `bp4` */
async function main(argv: readonly string[]): Promise<void> {
  const [first, ...rest] = argv.filter((word) => word !== '--debug');
  const about = first === 'help' ? rest.find((word) => !word.startsWith('-')) : undefined;
  if (first === '--version') print(`${version()}\n`);
  else if (about !== undefined) print(helpOf(about, await commandOf(about)));
  else if (first === undefined || ['help', '--help', '-h'].includes(first)) print(await overview());
  else await run(first, rest);
}

async function run(name: string, argv: readonly string[]): Promise<void> {
  const command = await commandOf(name);
  const args = parseArguments(name, command, argv);
  if (args.has('help')) print(helpOf(name, command));
  else await command.run(args, new IO({ json: args.has('json'), quiet: args.has('quiet') }));
}

function commandOf(name: string): ReturnType<typeof loadCommand> {
  if (commandNames.includes(name)) return loadCommand(name);
  const what = name.startsWith('-') ? 'option' : 'command';
  throw usageFailure(`unknown ${what} '${name}'${suggestion(name, commandNames) || '; see bp4 --help'}`);
}

function print(text: string): void {
  process.stdout.write(text);
}

function version(): string {
  const json = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return json.version;
}

/** What reads stdout or stderr may end before we do, as `head` does: that is no error. */
function onBrokenPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit(BROKEN_PIPE);
}

process.stdout.on('error', onBrokenPipe);
process.stderr.on('error', onBrokenPipe);

const argv = process.argv.slice(2);
try {
  await main(argv);
} catch (error) {
  process.stderr.write(`${lineOf(error)}\n`);
  if (argv.includes('--debug')) process.stderr.write(`${stackOf(error)}\n`);
  process.exitCode = exitCodeOf(error);
}

/** Of the error and of what caused it. */
function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { stack = error.message, cause } = error;
  return cause === undefined ? stack : `${stack}\ncaused by ${stackOf(cause)}`;
}
