import { commonOptions, type Command, type Option, type OptionGroup } from './command.js';
import { commandNames, loadCommand } from '../commands/index.js';

const WIDTH = 100;

const exits = `Exit codes
  0    done
  1    a fault of bp4 itself
  2    an unknown option or command, or a value that cannot be
  3    data or a file that cannot be read or written
  4    the training diverged
  130  stopped by Ctrl-C or SIGTERM, once what was learnt was saved
  141  whoever read the output has closed it
`;

/** What `bp4 --help` prints. */
export async function overview(): Promise<string> {
  const commands = await Promise.all(
    commandNames.map(async (name) => [name, await loadCommand(name)] as const),
  );
  const list = commands.map(([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`);
  const examples = commands.map(([, { examples }]) => `  ${examples[0]![0]}`);
  return `bp4: trains neural networks by backpropagation

Usage: bp4 COMMAND …

Commands
${list.join('\n')}
  help       What a command does, with examples: bp4 help train

Examples
${examples.join('\n')}

Options
  -h, --help   This text; after a command, what it does.
  --version    The version of bp4.
  --debug      With an error, where in the program it arose.

${exits}
On a terminal text is coloured, unless NO_COLOR is set.
`;
}

/** What `bp4 help NAME` prints. */
export function helpOf(name: string, command: Command): string {
  const examples = command.examples.map(([line, what]) => `  ${line}\n      ${what}`);
  const groups = [...command.options, commonOptions].map(groupText);
  return `bp4 ${name}: ${command.summary}

Usage: bp4 ${command.usage}

${command.description.map((text) => wrap(text, '').join('\n')).join('\n\n')}

Examples
${examples.join('\n')}

${groups.join('\n\n')}

${exits}`;
}

function groupText({ title, options }: OptionGroup): string {
  const left = Object.entries(options).map(([name, option]) => leftOf(name, option));
  const indent = ' '.repeat(30);
  const lines = Object.values(options).flatMap(({ description }, i) => {
    const [first, ...rest] = wrap(description, indent);
    const begin = `  ${left[i]!}`;
    return begin.length < indent.length
      ? [begin.padEnd(indent.length) + first!.slice(indent.length), ...rest]
      : [begin, first!, ...rest];
  });
  return `${title}\n${lines.join('\n')}`;
}

const leftOf = (name: string, { short, value }: Option): string =>
  `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : value.startsWith('[') ? value : ` ${value}`}`;

/** Lines of at most WIDTH characters, each after the indent. */
function wrap(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(' ')) {
    if (line !== indent && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = indent;
    }
    line += line === indent ? word : ` ${word}`;
  }
  return [...lines, line];
}
