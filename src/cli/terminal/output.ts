import { describeFault, type Fault } from '../../errors.js';
import { describeError, toDataError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';
import { cureWithFlags } from '../flags.js';
import { toJSONLine, toVisible, toVisibleLine } from './control-characters.js';
import { hasStyles, styleForTerminal } from './style.js';
import { wrapWords } from './wrap.js';

/** The error of stdout, after a write to it failed. */
let failure: NodeJS.ErrnoException | undefined;

/**
 * Handles errors of stdout and stderr. If their reader ended early, as `head` does, so does bp4. If a disk is full or a
 * terminal is gone, training continues and is saved, and bp4 reports the error once.
 */
export function watchOutputs(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      quitIfClosed(error);
      process.exitCode ??= exitCodes.data;
      if (stream === process.stderr || failure) return;
      failure = error;
      writeMessage(describeError(toDataError('stdout', error), []));
    });
  }
}

function quitIfClosed({ code }: NodeJS.ErrnoException): void {
  if (code === 'EPIPE') process.exit(exitCodes.brokenPipe);
}

/** A message on stderr. It's wrapped for a terminal, and on one line for a log or a program. */
export const writeMessage = (text: string): void => {
  const { columns } = process.stderr as { columns?: number };
  process.stderr.write(`${wrapWords(`bp4: ${text}`, columns || Infinity, 2)}\n`);
};

/** The output of a command: text for people, or events for programs. */
export class Output {
  /** Whether to write events instead of text. */
  readonly json: boolean;
  readonly quiet: boolean;
  /** Whether stdout is a terminal, on which lines can be redrawn. */
  readonly isTTY: boolean;
  /** The options of the command: warnings recommend only these. */
  readonly #flags: readonly string[];
  readonly #hasStyles: boolean;
  /** The line that is drawn on the terminal, without a line break. */
  #drawn = '';

  constructor(options: {
    readonly json: boolean;
    readonly quiet: boolean;
    readonly flags?: readonly string[];
  }) {
    this.#flags = options.flags ?? [];
    this.json = options.json;
    this.quiet = options.quiet;
    this.isTTY = process.stdout.isTTY && !options.json;
    this.#hasStyles = !options.json && hasStyles();
  }

  /** Whether a person reads the text and can answer. In a CI job nobody does, even if it has a terminal. */
  get isInteractive(): boolean {
    return this.isTTY && !this.quiet && process.stdin.isTTY && !process.env['CI'];
  }

  /** Columns of the terminal; without one, those of the environment variable COLUMNS, or 80. */
  get columns(): number {
    return process.stdout.columns || Number(process.env['COLUMNS']) || 80;
  }

  /** A line for a person: not with --json, and not with --quiet. */
  say(line = ''): void {
    this.draw('');
    if (!this.json && !this.quiet) process.stdout.write(`${toVisible(line)}\n`);
  }

  /** A line for a person, wrapped between words. @param indent of the lines after the first */
  sayWrapped(line: string, indent = 2): void {
    this.say(wrapWords(toVisible(line), this.columns, indent));
  }

  /** A line on a terminal, which the next one or any other output replaces. @param line '' to clear it */
  draw(line: string): void {
    if (!this.isTTY || this.quiet || line === this.#drawn) return;
    this.#drawn = line;
    const shown = toVisible(line);
    const room = this.columns - 1; // a full line would wrap
    process.stdout.write(`\r\u001B[K${shown.length > room ? `${shown.slice(0, room - 1)}…` : shown}`);
  }

  /** An event, with --json. */
  event(event: string, fields: Readonly<Record<string, unknown>>): void {
    if (this.json) process.stdout.write(toJSONLine({ event, ...fields }));
  }

  /**
   * The requested output, on stdout whatever the options: unchanged, except for control characters on a terminal.
   * @returns when it is written
   * @throws DataError if it cannot be written
   */
  async write(text: string | Uint8Array): Promise<void> {
    this.draw('');
    const isShown = process.stdout.isTTY && typeof text === 'string';
    const writing = new Promise<void>((resolve, reject) => {
      process.stdout.write(isShown ? toVisible(text) : text, (error) => {
        if (!error) resolve();
        else {
          quitIfClosed(error);
          failure ??= error; // so that it is said once
          reject(error);
        }
      });
    });
    await writing.catch((error: unknown) => {
      throw toDataError('stdout', error);
    });
  }

  /** A message that must be seen, on stderr. */
  warn(line: string): void {
    this.draw('');
    writeMessage(toVisible(line));
  }

  /** A warning with its cure: a line on stderr, unless --quiet; an event, with --json. */
  advise(warning: Fault): void {
    const { place, problem } = warning;
    const cure = cureWithFlags(warning, this.#flags);
    if (this.json) this.event('warning', { place, problem, cure });
    else if (!this.quiet) this.warn(`warning: ${toVisibleLine(describeFault({ place, problem, cure }))}`);
  }

  bold = (text: string): string => this.#style('bold', text);
  dim = (text: string): string => this.#style('dim', text);
  green = (text: string): string => this.#style('green', text);

  #style(style: Parameters<typeof styleForTerminal>[0], text: string): string {
    return this.#hasStyles ? styleForTerminal(style)(text) : text;
  }
}
