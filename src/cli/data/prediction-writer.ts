import { argmax } from '../../base/argmax.js';
import type { Network } from '../../network.js';
import type { Outputs } from '../model/signature.js';

/** Writes what a network answers, a line for each sample. */
export interface AnswerWriter {
  /** Before all others; empty where there is none. */
  readonly head: string;
  /** @param answers [outputs] of one sample; undefined where it has none */
  readonly line: (answers: Float32Array | undefined) => string;
}

/** Seven digits are what single precision holds. */
const short = (x: number): number => Number(x.toPrecision(7));

/** The most likely class with the probability of each, or the numbers, as CSV. */
export function csvWriter(net: Network, outputs: Outputs): AnswerWriter {
  if (outputs.task === 'regression') {
    const none = ','.repeat(outputs.targets.length - 1);
    return {
      head: `${outputs.targets.map(field).join(',')}\n`,
      line: (answers) => `${answers ? Array.from(answers, short).join(',') : none}\n`,
    };
  }
  const { classes } = outputs;
  const none = ','.repeat(classes.length);
  return {
    head: `${['class', ...classes].map(field).join(',')}\n`,
    line: (answers) => {
      if (!answers) return `${none}\n`;
      return `${[field(classes[classOf(net, answers)]!), ...sharesOf(net, answers).map(short)].join(',')}\n`;
    },
  };
}

/** The same as JSON Lines: { class, outputs: { name: share, … } }, or { name: number, … }; null where there is no answer. */
export function jsonWriter(net: Network, outputs: Outputs): AnswerWriter {
  const objectOf = (names: readonly string[], values: readonly number[]): object =>
    Object.fromEntries(names.map((name, k) => [name, short(values[k]!)]));
  return {
    head: '',
    line: (answers) => {
      if (!answers) return 'null\n';
      if (outputs.task === 'regression')
        return `${JSON.stringify(objectOf(outputs.targets, Array.from(answers)))}\n`;
      const { classes } = outputs;
      const shares = objectOf(classes, sharesOf(net, answers));
      return `${JSON.stringify({ class: classes[classOf(net, answers)], outputs: shares })}\n`;
    },
  };
}

/** One number for each class: of a single output, what it says for and against; hinge has its border at 0. */
function sharesOf({ loss, outputs }: Network, answers: Float32Array): number[] {
  if (outputs > 1) return Array.from(answers);
  const [one] = answers as unknown as [number];
  return loss === 'hinge' ? [-one, one] : [1 - one, one];
}

/** The class that is said; with a single output the second, from the border on. */
function classOf({ loss, outputs }: Network, answers: Float32Array): number {
  if (outputs > 1) return argmax(answers, 0, outputs);
  return Number(answers[0]! >= (loss === 'hinge' ? 0 : 0.5));
}

/** RFC 4180. */
const field = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
