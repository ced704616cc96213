import { Command, Option, type ErrorOptions, type HelpContext, type ParseOptionsResult } from 'commander';
import { UsageError } from './errors.js';
import { commands, type ListedCommand } from './commands/index.js';
import { listExitCodes } from './exit-codes.js';
import { Output } from './terminal/output.js';
import { styleForTerminal } from './terminal/style.js';
import type { CommandDefinition, OptionGroup } from './options/command.js';
import { findMeant, findMeantCommand } from './options/other-names.js';

// Turns the command line into a call of a command: commander parses it, and prints help.

const outputGroup: OptionGroup = {
  heading: 'Output',
  options: [
    new Option('--json', 'Print JSON instead of text, one object per line'),
    new Option('-q, --quiet', 'Print only errors, predictions and what was skipped'),
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

const HELP_ALL = '--help-all';

/** How many examples a short help has. */
const FEW_EXAMPLES = 4;

/** A commander command that throws our own errors, built from commander's data. Commander's messages aren't used. */
class BP4Command extends Command {
  /** Where all options are listed. */
  fullHelpFlag = '--help';
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

  /** Commander prints help where a command is missing. */
  override help(context?: HelpContext | ((text: string) => string)): never {
    if (typeof context === 'object' && context.error)
      throw new UsageError('', 'missing command', seeHelp(this));
    return super.help(context as HelpContext);
  }

  override error(message: string, { code }: ErrorOptions = {}): never {
    switch (code) {
      case 'commander.unknownOption':
        throw this.#refuseOption(this.#unknown!.split('=')[0]!);
      case 'commander.optionMissingArgument': {
        const option = this.options.find(({ short, long }) => [short, long].includes(this.#last));
        throw new UsageError(option?.long ?? this.#last!, 'expected a value', this.seeOptions());
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

  seeOptions(): string {
    return `see ${joinCommandNames(this)} ${this.fullHelpFlag}`;
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
        ? this.seeOptions()
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
    .addHelpText(
      'after',
      `\n${formatExamples(commands.map(({ example }) => [example]))}\n\n${listExitCodes(true)}`,
    );
  for (const listed of commands) program.command(listed.name).summary(listed.summary);
  return program.hook('preSubcommand', async (_, command) => {
    const listed = commands.find(({ name }) => name === command.name());
    if (listed && command instanceof BP4Command) configure(command, await listed.load(), argv);
  });
}

/** @param argv what was typed after `bp4` */
function configure(
  command: BP4Command,
  definition: Awaited<ReturnType<ListedCommand['load']>>,
  argv: readonly string[],
): void {
  if ('commands' in definition) {
    for (const each of definition.commands)
      configure(command.command(each.name).summary(each.summary), each, argv);
    addHelp(command.usage('<command>').helpCommand(false), definition, false);
    return;
  }
  const { operands, usage, groups, common, run } = definition as CommandDefinition<unknown>;
  for (const operand of operands) command.argument(operand);
  if (usage) command.usage(usage.join(`\n       ${joinCommandNames(command)} `));
  const isShort = common !== undefined && !argv.includes(HELP_ALL);
  const given: Record<string, string[]> = {};
  for (const { heading, options } of [...groups, outputGroup]) {
    for (const option of options) {
      const isListed = !isShort || heading === outputGroup.heading || common.includes(option.name());
      command.addOption(option.helpGroup(`${heading}:`).hideHelp(!isListed));
      command.on(`option:${option.name()}`, (value: string | null | undefined) => {
        rejectOptionAsValue(command, option, value ?? '', argv);
        (given[option.name()] ??= []).push(value ?? '');
      });
    }
  }
  addHelp(command, definition, isShort);
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

/** @param isShort whether `--help` leaves out rare options and details, for `--help-all` to print */
function addHelp(
  command: BP4Command,
  {
    description,
    examples,
    common,
    mayDiverge = false,
  }: Pick<CommandDefinition, 'description' | 'examples' | 'common' | 'mayDiverge'>,
  isShort: boolean,
): void {
  const heading = `${outputGroup.heading}:`;
  const count = command.options.length;
  const allOption = new Option(HELP_ALL, `Print help with all ${count} options`).helpGroup(heading);
  const end = isShort
    ? `All ${count} options, more examples and the exit codes: ${joinCommandNames(command)} ${HELP_ALL}`
    : listExitCodes(mayDiverge);
  command
    .description((isShort ? description.slice(0, 1) : description).join('\n\n'))
    .addHelpOption(
      new Option('-h, --help', common ? 'Print help with the common options' : 'Print help').helpGroup(
        heading,
      ),
    )
    .addOption(allOption.hideHelp(!common))
    .on(`option:${allOption.name()}`, () => command.help())
    .addHelpText(
      'after',
      `\n${formatExamples(isShort ? examples.slice(0, FEW_EXAMPLES) : examples)}\n\n${end}`,
    );
  if (common) command.fullHelpFlag = HELP_ALL;
}

/** `--out --json` lacks the value of --out; `--label=--json` doesn't. */
function rejectOptionAsValue(
  command: BP4Command,
  option: Option,
  value: string,
  argv: readonly string[],
): void {
  if (option.required && value.startsWith('--') && argv.includes(value)) {
    throw new UsageError(option.long!, `expected a value, got the option ${value}`, command.seeOptions());
  }
}

function formatExamples(examples: readonly (readonly [line: string, what?: string])[]): string {
  const lines = examples.map(([line, what]) =>
    what === undefined ? `  ${line}` : `  ${line}\n      ${what}`,
  );
  return `${styleForTerminal('bold')('Examples:')}\n${lines.join('\n')}`;
}
