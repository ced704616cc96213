import { parseArgs } from 'node:util';
import { optionsOf, type Command, type Option } from './command.js';
import { usageFailure } from '../errors.js';
import { suggestion } from './suggestion.js';

/** What was typed after the name of a command, checked: each option exists, and has a value where it needs one. */
export class Arguments {
  readonly positionals: readonly string[];
  readonly #values: ReadonlyMap<string, readonly string[]>;

  constructor(positionals: readonly string[], values: ReadonlyMap<string, readonly string[]>) {
    this.positionals = positionals;
    this.#values = values;
  }

  /** Whether an option was given. */
  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** The value of an option; of several, the last. */
  string(name: string): string | undefined {
    return this.#values.get(name)?.at(-1);
  }

  /** All options that were given, with their values. */
  get given(): Record<string, readonly string[]> {
    return Object.fromEntries(this.#values);
  }

  /** Values, separated by commas, of an option that may be given several times. */
  list(name: string): string[] | undefined {
    return this.#values
      .get(name)
      ?.flatMap((value) => value.split(','))
      .map((item) => item.trim())
      .filter((item) => item !== '');
  }

  /** @throws Failure unless it is one of the choices */
  choice<Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined {
    const value = this.string(name);
    if (value === undefined || choices.includes(value as Choice)) return value as Choice | undefined;
    throw usageFailure(
      `--${name}: expected ${choices.join(', ')}, got '${value}'${suggestion(value, choices)}`,
    );
  }

  /** @throws Failure unless it is a number within the bounds */
  number(name: string, least = -Infinity, most = Infinity): number | undefined {
    const value = this.string(name);
    return value === undefined ? undefined : numberOf(name, value, least, most);
  }

  /** @throws Failure unless it is a whole number within the bounds */
  integer(name: string, least = Number.MIN_SAFE_INTEGER, most = Number.MAX_SAFE_INTEGER): number | undefined {
    const value = this.string(name);
    return value === undefined ? undefined : integerOf(name, value, least, most);
  }

  /** Whole numbers, separated by commas. @throws Failure unless each is within the bounds */
  integers(name: string, least: number, most = Number.MAX_SAFE_INTEGER): number[] | undefined {
    return this.list(name)?.map((value) => integerOf(name, value, least, most));
  }
}

function numberOf(name: string, value: string, least: number, most: number): number {
  const number = value.trim() === '' ? NaN : Number(value);
  if (Number.isFinite(number) && number >= least && number <= most) return number;
  throw usageFailure(`--${name}: expected a number${within(least, most)}, got '${value}'`);
}

function integerOf(name: string, value: string, least: number, most: number): number {
  const number = value.trim() === '' ? NaN : Number(value);
  if (Number.isSafeInteger(number) && number >= least && number <= most) return number;
  throw usageFailure(`--${name}: expected a whole number${within(least, most)}, got '${value}'`);
}

function within(least: number, most: number): string {
  const from = Math.abs(least) < Number.MAX_SAFE_INTEGER ? ` from ${least}` : '';
  return most < Number.MAX_SAFE_INTEGER ? `${from} to ${most}` : from;
}

/**
 * @param name of the command, for what is said
 * @throws Failure naming what is wrong, and what was probably meant
 */
export function parseArguments(name: string, command: Command, argv: readonly string[]): Arguments {
  const options = optionsOf(command);
  // Not strict: what is wrong is told here, with what was probably meant.
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(Array.from(options, ([key, option]) => [key, parsedAs(option)])),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const positionals: string[] = [];
  const values = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const option = options.get(token.name);
    if (!option) {
      const meant = suggestion(token.name, options.keys(), '--');
      throw usageFailure(`unknown option '${token.rawName}'${meant || `; see bp4 ${name} --help`}`);
    }
    const value = valueOf(token, option);
    const before = values.get(token.name);
    if (before) before.push(value);
    else values.set(token.name, [value]);
  }
  if (!values.has('help')) checkPositionals(name, command, positionals);
  return new Arguments(positionals, values);
}

const parsedAs = ({
  type,
  short,
}: Option): { type: 'string' | 'boolean'; short?: string; multiple: boolean } => ({
  type,
  multiple: true,
  ...(short !== undefined && { short }),
});

function valueOf(
  token: {
    readonly rawName: string;
    readonly value: string | undefined;
    readonly inlineValue: boolean | undefined;
  },
  { type, value: what }: Option,
): string {
  const { rawName, value, inlineValue = false } = token;
  const isOptional = what !== undefined;
  if (type === 'boolean') {
    if (value !== undefined && !isOptional) {
      throw usageFailure(`${rawName}: expected no value, got '${value}'`);
    }
    return value ?? '';
  }
  if (value === undefined || (!inlineValue && value.startsWith('--'))) {
    throw usageFailure(`${rawName}: expected ${what ?? 'a value'} after it`);
  }
  return value;
}

function checkPositionals(name: string, { usage, positionals }: Command, given: readonly string[]): void {
  const [least, most] = positionals;
  if (given.length >= least && given.length <= most) return;
  const extra = given[most];
  const what = extra === undefined ? 'something is missing' : `'${extra}' is one too many`;
  throw usageFailure(`${what}; usage: bp4 ${usage} (see bp4 ${name} --help)`);
}
