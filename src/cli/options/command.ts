import type { Arguments } from './arguments.js';
import type { IO } from '../terminal/output.js';

/** An option of a command: what node:util's parseArgs needs, and what help says. */
export interface Option {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  /** May be given several times. */
  readonly multiple?: true;
  /** What stands for its value in help, as FILE or N; of a boolean, which may have one after '=', '[=FILE]'. */
  readonly value?: string;
  /** One sentence, with the default. */
  readonly description: string;
}

/** Under a heading in help. */
export interface OptionGroup {
  readonly title: string;
  readonly options: Readonly<Record<string, Option>>;
}

/** What `bp4 NAME` does. */
export interface Command {
  /** A few words, for the list of all commands. */
  readonly summary: string;
  /** What stands after `bp4`: 'train DATA [options]'. */
  readonly usage: string;
  /** Paragraphs between usage and options. */
  readonly description: readonly string[];
  /** Command lines, each with what it does. */
  readonly examples: readonly (readonly [line: string, what: string])[];
  readonly options: readonly OptionGroup[];
  /** How many arguments that are no options it takes, at least and at most. */
  readonly positionals: readonly [least: number, most: number];
  /**
   * @throws Failure, and the errors of bp4: failure.ts says what exit code each gives
   */
  readonly run: (args: Arguments, io: IO) => Promise<void>;
}

/** What every command takes. */
export const commonOptions: OptionGroup = {
  title: 'Output',
  options: {
    json: { type: 'boolean', description: 'Events instead of text: one JSON object per line.' },
    quiet: { type: 'boolean', short: 'q', description: 'Only errors, and what was asked for.' },
    debug: { type: 'boolean', description: 'With an error, where in the program it arose.' },
    help: { type: 'boolean', short: 'h', description: 'This text.' },
  },
};

/** All options of a command, by name. */
export function optionsOf(command: Command): Map<string, Option> {
  const groups = [...command.options, commonOptions];
  return new Map(groups.flatMap(({ options }) => Object.entries(options)));
}
