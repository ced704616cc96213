import { Command, Option } from 'commander';
import { UsageError } from './errors.js';
import { commands, type ListedCommand } from './commands/index.js';
import { exitCodeHelp } from './exit-codes.js';
import { Output } from './terminal/output.js';
import { styleForTerminal } from './terminal/style.js';
import type { CommandDefinition, OptionGroup } from './options/command.js';

// What is typed becomes a call of a command: commander parses, prints help and suggests names.

const outputGroup: OptionGroup = {
  heading: 'Output',
  options: [
    new Option('--json', 'events instead of text: one JSON object per line'),
    new Option('-q, --quiet', 'only errors, and what was asked for'),
    new Option('--debug', 'with an error, where in the program it arose'),
  ],
};

interface OutputOptions {
  readonly json?: true;
  readonly quiet?: true;
}

/** A command of commander that throws what was typed wrong, and exits with nothing. */
class BP4Command extends Command {
  override createCommand(name?: string): BP4Command {
    return new BP4Command(name);
  }

  override error(message: string, { code = '' } = {}): never {
    const path = this.parent ? `${this.parent.name()} ${this.name()}` : this.name();
    const see = code === 'commander.invalidArgument' ? undefined : `see ${path} --help`;
    // commander begins with 'error: ', and has a suggestion on a line of its own
    throw new UsageError('', message.replace('error: ', ''), see);
  }
}

/**
 * The program `bp4`. A command is loaded when it is called.
 * @param argv what was typed after `bp4`
 */
export function createProgram(version: string, argv: readonly string[]): Command {
  const program = new BP4Command('bp4')
    .description('bp4 trains neural networks by backpropagation.')
    .usage('<command> [options]')
    .version(version, '--version', 'the version of bp4')
    .option('--debug', 'with an error, where in the program it arose')
    .helpOption('-h, --help', 'this text; after a command, what it takes')
    .helpCommand('help [command]', 'shows what a command takes, with examples')
    .enablePositionalOptions()
    .exitOverride()
    .configureHelp({
      subcommandTerm: (command) => command.name(),
      styleTitle: styleForTerminal('bold'),
      // ours have their defaults in words, where these depend on the data
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
  const { operands, description, examples, groups, run } = definition as CommandDefinition<unknown>;
  command
    .description(description.join('\n\n'))
    .addHelpOption(new Option('-h, --help', 'this text').helpGroup(`${outputGroup.heading}:`))
    .addHelpText('after', `\n${formatExamples(examples)}\n\n${exitCodeHelp}`);
  for (const operand of operands) command.argument(operand);
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
      output: new Output({ json: options.json ?? false, quiet: options.quiet ?? false }),
    });
  });
}

/** `--out --json` lacks the value of --out; `--label=--json` does not. */
function rejectOptionAsValue(command: Command, option: Option, value: string, argv: readonly string[]): void {
  if (option.required && value.startsWith('--') && argv.includes(value)) {
    command.error(`option '${option.flags}' argument missing: '${value}' is an option`);
  }
}

function formatExamples(examples: readonly (readonly [line: string, what?: string])[]): string {
  const lines = examples.map(([line, what]) =>
    what === undefined ? `  ${line}` : `  ${line}\n      ${what}`,
  );
  return `${styleForTerminal('bold')('Examples:')}\n${lines.join('\n')}`;
}
