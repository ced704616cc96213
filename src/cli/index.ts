#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { CommanderError } from 'commander';
import { commands } from './commands/index.js';
import { explainError, StoppedError } from './errors.js';
import { chooseExitCode, exitCodes } from './exit-codes.js';
import { createProgram } from './program.js';
import { describeFault } from '../errors.js';
import { toVisibleLine } from './terminal/control-characters.js';
import { Output, watchOutputs, writeMessage } from './terminal/output.js';

// The program `bp4`: finds the command, runs it, and says in one line what went wrong.

function readVersion(): string {
  const json = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return json.version;
}

/**
 * One line on stderr, without the line breaks and escapes that quoted text may hold; with --json, also an event on stdout; with
 * --debug, where it arose.
 * @param flags of the command that ran
 */
function report(error: unknown, flags: readonly string[], argv: readonly string[]): void {
  const exitCode = chooseExitCode(error);
  const explained = explainError(error, flags);
  const hint =
    exitCode === exitCodes.fault ? ' (this is a bug in bp4; rerun with --debug for a stack trace)' : '';
  writeMessage(`${toVisibleLine(describeFault(explained))}${hint}`);
  if (argv.includes('--debug')) process.stderr.write(`${describeStack(error)}\n`);
  // a stopped run has its own event
  if (argv.includes('--json') && !(error instanceof StoppedError))
    new Output({ json: true, quiet: false }).event('error', { ...explained, exitCode });
  process.exitCode = exitCode;
}

/** The stack of an error and of what caused it. */
function describeStack(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { stack = error.message, cause } = error;
  return cause === undefined ? stack : `${stack}\ncaused by ${describeStack(cause)}`;
}

/**
 * The arguments for commander. `help NAME` becomes `NAME --help`, which loads the command. Of an unknown command only the
 * name remains: with --help, commander would show the overview instead of the nearest command.
 */
function normalize(argv: readonly string[]): readonly string[] {
  const [first, ...rest] = argv;
  const words = first === 'help' && rest.length > 0 ? [...rest, '--help'] : argv;
  const name = words[0]!;
  const isKnown =
    name.startsWith('-') || name === 'help' || commands.some((command) => command.name === name);
  return isKnown ? words : [name];
}

watchOutputs();

const argv = process.argv.slice(2);
const program = createProgram(readVersion(), argv);
try {
  if (argv.length === 0) program.outputHelp();
  else await program.parseAsync(normalize(argv), { from: 'user' });
} catch (error) {
  // help and the version also end in an error, after they are printed
  if (!(error instanceof CommanderError)) {
    const find = (name: string | undefined, { commands } = program): typeof program | undefined =>
      commands.find((each) => each.name() === name);
    const command = find(argv[0]);
    const flags = (find(argv[1], command) ?? command)?.options.flatMap(({ long }) => long ?? []) ?? [];
    report(error, flags, argv);
  }
}
