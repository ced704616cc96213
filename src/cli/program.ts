import { Command, Option, type ErrorOptions, type ParseOptionsResult } from 'commander';
import { UsageError } from './errors.js';
import { commands, type ListedCommand } from './commands/index.js';
import { exitCodeHelp } from './exit-codes.js';
import { Output } from './terminal/output.js';
import { styleForTerminal } from './terminal/style.js';
import type { CommandDefinition, OptionGroup } from './options/command.js';
import { findMeant, findMeantCommand } from './options/other-names.js';

// Turns the command line into a call of a command: commander parses it, and prints help.

const outputGroup: OptionGroup = {
  heading: 'Output',
  options: [
    new Option('--json', 'Print JSON instead of text, one object per line'),
    new Option(
      '-q, --quiet',
      'Print only errors and predictions, with notes on skipped data; no progress, scores or warnings',
    ),
    new Option('--debug', 'Print a stack trace with errors'),
  ],
};

interface OutputOptions {
  readonly json?: true;
  readonly quiet?: true;
}

const joinCommandNames = (command: Command): string =>
  command.parent ? `${joinCommandNames(command.parent)} ${command.name()}` : command.name();

const seeHelp = (command: Command): string => `see ${joinCommandNames(command)} --help`;

/** A commander command that throws our own errors, built from commander's data. Commander's messages aren't used. */
class BP4Command extends Command {
  #last: string | undefined;
  #unknown: string | undefined;

  override createCommand(name?: string): BP4Command {
    return new BP4Command(name);
  }

  override parseOptions(args: string[]): ParseOptionsResult {
    this.#last = args.at(-1);
    const parsed = super.parseOptions(args);
    [this.#unknown] = parsed.unknown;
    return parsed;
  }

  override error(message: string, { code }: ErrorOptions = {}): never {
    switch (code) {
      case 'commander.unknownOption':
        throw this.#refuseOption(this.#unknown!.split('=')[0]!);
      case 'commander.optionMissingArgument': {
        const option = this.options.find(({ short, long }) => [short, long].includes(this.#last));
        throw new UsageError(option?.long ?? this.#last!, 'expected a value', seeHelp(this));
      }
      case 'commander.missingArgument': {
        const missing = this.registeredArguments[this.args.length]!.name();
        throw new UsageError('', `missing argument <${missing}>`, seeHelp(this));
      }
      case 'commander.excessArguments': {
        const extra = this.args[this.registeredArguments.length]!;
        throw new UsageError('', `unexpected argument '${extra}'`, seeHelp(this));
      }
      case 'commander.unknownCommand': {
        const names = this.commands.map((command) => command.name());
        const typed = this.args[0]!;
        const meant = findMeantCommand(typed, names);
        const cure = meant === undefined ? seeHelp(this) : `did you mean '${meant}'?`;
        throw new UsageError('', `unknown command '${typed}'`, cure);
      }
    }
    throw new UsageError('', message, seeHelp(this));
  }

  #refuseOption(typed: string): UsageError {
    const meant = findMeant(typed, {
      options: this.options.flatMap(({ long }) => long?.slice(2) ?? []),
      operands: this.registeredArguments
        .filter((operand) => operand.required || operand.name() !== 'model')
        .map((operand) => operand.name()),
    });
    const cure =
      meant === undefined
        ? seeHelp(this)
        : 'option' in meant
          ? `did you mean --${meant.option}?`
          : `write the file without an option: ${joinCommandNames(this)} ${this.usage().split('\n')[0]!}`;
    return new UsageError(typed, 'unknown option', cure);
  }
}

/**
 * The program `bp4`. A command is loaded when it is called.
 * @param argv what was typed after `bp4`
 */
export function createProgram(version: string, argv: readonly string[]): Command {
  const program = new BP4Command('bp4')
    .description('Train neural networks by backpropagation.')
    .usage('<command> [options]')
    .version(version, '-v, --version', 'Print the version')
    .option('--debug', 'Print a stack trace with errors')
    .helpOption('-h, --help', 'Print this help; bp4 COMMAND --help prints the options of a command')
    .helpCommand('help [command]', 'Print the options of a command, with examples')
    .enablePositionalOptions()
    .exitOverride()
    .configureHelp({
      subcommandTerm: (command) => command.name(),
      styleTitle: styleForTerminal('bold'),
      // our descriptions include the defaults, because some depend on the data
      optionDescription: ({ description }) => description,
    })
    .addHelpText('after', `\n${formatExamples(commands.map(({ example }) => [example]))}\n\n${exitCodeHelp}`);
  for (const listed of commands) program.command(listed.name).summary(listed.summary);
  return program.hook('preSubcommand', async (_, command) => {
    const listed = commands.find(({ name }) => name === command.name());
    if (listed) configure(command, await listed.load(), argv);
  });
}

/** @param argv what was typed after `bp4` */
function configure(
  command: Command,
  definition: Awaited<ReturnType<ListedCommand['load']>>,
  argv: readonly string[],
): void {
  const { operands, usage, description, examples, groups, run } = definition as CommandDefinition<unknown>;
  command
    .description(description.join('\n\n'))
    .addHelpOption(new Option('-h, --help', 'Print help').helpGroup(`${outputGroup.heading}:`))
    .addHelpText('after', `\n${formatExamples(examples)}\n\n${exitCodeHelp}`);
  for (const operand of operands) command.argument(operand);
  if (usage) command.usage(usage.join(`\n       ${joinCommandNames(command)} `));
  const given: Record<string, string[]> = {};
  for (const { heading, options } of [...groups, outputGroup]) {
    for (const option of options) {
      command.addOption(option.helpGroup(`${heading}:`));
      command.on(`option:${option.name()}`, (value: string | null | undefined) => {
        rejectOptionAsValue(command, option, value ?? '', argv);
        (given[option.name()] ??= []).push(value ?? '');
      });
    }
  }
  command.action(async () => {
    const options = command.opts<OutputOptions>();
    await run({
      operands: command.args,
      options,
      given,
      output: new Output({
        json: options.json ?? false,
        quiet: options.quiet ?? false,
        flags: command.options.flatMap(({ long }) => long ?? []),
      }),
    });
  });
}

/** `--out --json` lacks the value of --out; `--label=--json` doesn't. */
function rejectOptionAsValue(command: Command, option: Option, value: string, argv: readonly string[]): void {
  if (option.required && value.startsWith('--') && argv.includes(value)) {
    throw new UsageError(option.long!, `expected a value, got the option ${value}`, seeHelp(command));
  }
}

function formatExamples(examples: readonly (readonly [line: string, what?: string])[]): string {
  const lines = examples.map(([line, what]) =>
    what === undefined ? `  ${line}` : `  ${line}\n      ${what}`,
  );
  return `${styleForTerminal('bold')('Examples:')}\n${lines.join('\n')}`;
}
