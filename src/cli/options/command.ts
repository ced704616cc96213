import type { Option } from 'commander';
import { underFlag } from '../errors.js';
import type { Output } from '../terminal/output.js';

/** Options under one heading in help. */
export interface OptionGroup {
  readonly heading: string;
  readonly options: readonly Option[];
}

/**
 * Tries each flag of a group alone, to find the one that is rejected, whatever the error says.
 * @param take throws if it rejects a value
 * @throws UsageError under the flag
 */
export function tryEachFlag<Flags extends object>(
  { options }: OptionGroup,
  flags: Flags,
  take: (alone: Partial<Flags>) => unknown,
): void {
  for (const option of options) {
    const name = option.attributeName() as keyof Flags;
    if (flags[name] === undefined) continue;
    underFlag(option.long!, () => take({ [name]: flags[name] } as Partial<Flags>));
  }
}

/** The options that were typed, each with its values as text; '' for an option that takes none. */
export type GivenOptions = Readonly<Record<string, readonly string[]>>;

/** Options, each of which may be absent, without some. */
export const omit = <Options extends object>(
  options: Options,
  names: readonly (keyof Options & string)[],
): Options =>
  Object.fromEntries(
    Object.entries(options).filter(([name]) => !(names as readonly string[]).includes(name)),
  ) as Options;

/** The input of a command. */
export interface Invocation<Options> {
  /** The arguments that aren't options: files. */
  readonly operands: readonly string[];
  readonly options: Options;
  readonly given: GivenOptions;
  readonly output: Output;
}

/** The definition of the command `bp4 NAME`. */
export interface CommandDefinition<Options = never> {
  /** The arguments after the name, as commander writes them: '<model>', '[data...]'. */
  readonly operands: readonly string[];
  /** Lines of usage after the name, if the operands alone would be misleading. */
  readonly usage?: readonly string[];
  /** Paragraphs between usage and options. */
  readonly description: readonly string[];
  /** Command lines, each with what it does; the most useful first. */
  readonly examples: readonly (readonly [line: string, what: string])[];
  readonly groups: readonly OptionGroup[];
  /**
   * For a command with so many options that few read them all: the names of those in a short `--help`, which also has only
   * the first paragraph and the first examples. `--help-all` prints everything.
   */
  readonly common?: readonly string[];
  /** Whether it may exit with the code of a training that diverged. A search only leaves out the trials that diverge. */
  readonly mayDiverge?: boolean;
  /** @throws UsageError, DataError, StoppedError, and the errors of bp4: exit-codes.ts has the exit code of each */
  readonly run: (invocation: Invocation<Options>) => Promise<void>;
}

/** The definition of a command `bp4 GROUP NAME`. */
export interface Subcommand extends CommandDefinition<object> {
  readonly name: string;
  /** One line for the help of the group. */
  readonly summary: string;
}

/** The definition of a command that only has subcommands. */
export interface CommandGroup extends Pick<CommandDefinition, 'description' | 'examples'> {
  readonly commands: readonly Subcommand[];
}
