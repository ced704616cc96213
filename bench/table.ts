import type { Contender, Timing } from './measure.js';

/** The result of a contender in a case. */
export interface Result {
  readonly table: string;
  readonly case: string;
  readonly contender: string;
  readonly seconds: Timing;
  /** At the median. */
  readonly rate: number;
  readonly unit: string;
  /** How many times as fast as the last contender of the case. */
  readonly ratio: number;
  /** The share of the core's limit, if known. */
  readonly share: number | undefined;
  /** A sum over everything computed. */
  readonly checksum: number;
  readonly accuracy: number | undefined;
}

export interface Measured {
  readonly contender: Contender;
  readonly timing: Timing;
  readonly checksum: number;
  readonly accuracy?: number | undefined;
}

/** A table that prints while it is measured. */
export class Table {
  readonly results: Result[] = [];
  readonly #title: string;
  readonly #unit: string;
  readonly #scale: number;
  readonly #roof: number | undefined;

  /**
   * @param scale the amount of work that is one `unit` per second
   * @param roof the amount of work that the core can do per second, if known
   */
  constructor(title: string, unit: string, scale: number, baseline: string, roof?: number) {
    this.#roof = roof;
    this.#title = title;
    this.#unit = unit;
    this.#scale = scale;
    console.log(`\n${title}`);
    console.log(row('', '', ['min', 'median', 'p25–p75', unit, `× ${baseline}`]));
  }

  /** @param work the amount of work per repeat, in the unit of `scale` */
  add(name: string, work: number, measured: readonly Measured[]): void {
    const baseline = measured.at(-1)!.timing.median;
    for (const [i, { contender, timing, checksum, accuracy }] of measured.entries()) {
      const result: Result = {
        table: this.#title,
        case: name,
        contender: contender.name,
        seconds: timing,
        rate: work / timing.median / this.#scale,
        unit: this.#unit,
        ratio: baseline / timing.median,
        share: this.#roof && work / timing.median / this.#roof,
        checksum,
        accuracy,
      };
      this.results.push(result);
      console.log(formatLine(result, i === 0));
    }
  }
}

function formatLine(result: Result, isFirst: boolean): string {
  const { case: name, contender, seconds, rate, ratio, share, accuracy } = result;
  const { min, p25, median, p75 } = seconds;
  const [scale, unit] = timeUnit(median);
  const time = (t: number): string => digits(t * scale);
  const cells = [
    `${time(min)} ${unit}`,
    `${time(median)} ${unit}`,
    `${time(p25)}–${time(p75)} ${unit}`,
    digits(rate),
    digits(ratio),
  ];
  const note = [
    share === undefined ? '' : `  ${(100 * share).toFixed(0)}% of roof`,
    accuracy === undefined ? '' : `  ${(100 * accuracy).toFixed(1)}% right`,
  ].join('');
  return row(isFirst ? name : '', contender, cells) + note;
}

const WIDTHS = [10, 10, 18, 12, 10];

function row(name: string, contender: string, cells: readonly string[]): string {
  return name.padEnd(39) + contender.padEnd(10) + cells.map((cell, i) => cell.padStart(WIDTHS[i]!)).join('');
}

function timeUnit(seconds: number): [scale: number, unit: string] {
  if (seconds < 1e-6) return [1e9, 'ns'];
  if (seconds < 1e-3) return [1e6, 'µs'];
  return [1e3, 'ms'];
}

/** Three significant digits, or all digits of the whole part. */
function digits(x: number): string {
  return x >= 100 ? Math.round(x).toLocaleString('en') : x.toPrecision(3);
}
