import { createInterface } from 'node:readline/promises';
import { toVisible, toVisibleLine } from './control-characters.js';

/** A choice, and the reason for it. */
export interface Choice {
  readonly name: string;
  readonly reason: string;
}

/**
 * Asks for one of several names.
 * @param choices the listed ones, the best first
 * @param names all that may be typed
 */
export type Choose = (
  question: string,
  choices: readonly Choice[],
  names: readonly string[],
) => Promise<string>;

/**
 * Lists the choices with numbers, and reads a number or a name. An empty line, or the end of the input, takes the first.
 * @param input lines of text: the terminal edits them, and Ctrl-C ends the program as usual
 */
export async function chooseByNumber(
  question: string,
  choices: readonly Choice[],
  names: readonly string[],
  input: NodeJS.ReadableStream = process.stdin,
  output: NodeJS.WritableStream = process.stdout,
): Promise<string> {
  const shown = choices.map(({ name }) => toVisibleLine(name));
  const width = Math.max(...shown.map((name) => name.length));
  const rows = choices.map(({ reason }, i) => `  ${i + 1}  ${shown[i]!.padEnd(width)}  ${reason}\n`);
  const prompt = `1 to ${choices.length} or a name, Enter for 1: `;
  output.write(`${toVisible(question)}\n${rows.join('')}${prompt}`);
  const lines = createInterface({ input, terminal: false });
  try {
    for await (const line of lines) {
      const typed = line.trim();
      const chosen = typed === '' ? choices[0] : choices[Number(typed) - 1];
      const name = chosen?.name ?? names.find((each) => each.trim() === typed);
      if (name !== undefined) return name;
      output.write(`'${toVisible(typed)}' isn't one of them; ${prompt}`);
    }
    output.write('\n');
    return choices[0]!.name;
  } finally {
    lines.close();
  }
}
