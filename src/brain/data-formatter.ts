import { RangeFault } from '../errors.js';

type Value = string | number | boolean | readonly (string | number | boolean)[];
type Pair = { readonly input: Value; readonly output: Value };

const isPair = (value: Value | Pair): value is Pair => typeof value === 'object' && 'input' in value;

const toText = (value: Value): string | string[] =>
  Array.isArray(value) ? value.map(String) : String(value);

/** The characters of a string or of a number, or the entries of a list. */
function split(value: Value): string[] {
  const text = toText(value);
  return typeof text === 'string' ? Array.from({ length: text.length }, (_, i) => text[i]!) : text;
}

/** Numbers the characters of texts, as brain.js does for its recurrent networks. */
export class DataFormatter {
  indexTable: Record<string, number> = {};
  characterTable: Record<number, string | null> = {};
  characters: string[] = [];
  specialIndexes: number[] = [];
  isSetup = false;

  /** @param values texts, lists, or pairs of them. Without them, `setup` follows */
  constructor(
    public values?: readonly (Value | Pair)[] | string,
    maxThreshold = 0,
  ) {
    if (values !== undefined) this.setup(values, maxThreshold);
  }

  /** @throws RangeError if it is already set up */
  setup(values: readonly (Value | Pair)[] | string, maxThreshold = 0): void {
    if (this.isSetup) throw new RangeFault({ place: 'DataFormatter', problem: 'is already setup' });
    this.values = values;
    const all = Array.from(values).flatMap((value) =>
      isPair(value) ? [...split(value.input), ...split(value.output)] : split(value),
    );
    this.characters = [...new Set(all)];
    for (const [i, character] of this.characters.entries()) {
      if (i < maxThreshold) continue;
      this.indexTable[character] = i;
      this.characterTable[i] = character;
    }
    const first = values[0];
    if (first !== undefined && isPair(first)) this.addInputOutput();
    this.addUnrecognized();
    this.isSetup = true;
  }

  /** @throws RangeError naming a character that has no number */
  toIndexes(value: Value, maxThreshold = 0): number[] {
    const { indexTable } = this;
    return split(value)
      .map((character) => {
        const index = Object.hasOwn(indexTable, character)
          ? indexTable[character]
          : indexTable['unrecognized'];
        if (index === undefined)
          throw new RangeFault({ place: 'DataFormatter', problem: `unrecognized character "${character}"` });
        return index;
      })
      .filter((index) => index >= maxThreshold);
  }

  toIndexesInputOutput(input: Value, output?: Value, maxThreshold = 0): number[] {
    const begin = [...split(input), 'stop-input', 'start-output'];
    return this.toIndexes(output === undefined ? begin : [...begin, ...split(output)], maxThreshold);
  }

  toCharacters(indices: readonly number[], maxThreshold = 0): string[] {
    return indices
      .filter((index) => index >= maxThreshold)
      .flatMap((index) => this.characterTable[index] ?? []);
  }

  toString(indices: readonly number[] = [], maxThreshold = 0): string {
    return this.toCharacters(indices, maxThreshold).join('');
  }

  addInputOutput(): void {
    this.addSpecial('stop-input');
    this.addSpecial('start-output');
  }

  addUnrecognized(): void {
    this.addSpecial('unrecognized');
  }

  addSpecial(special: string, character: string | null = null): void {
    const index = this.characters.push(special) - 1;
    this.indexTable[special] = index;
    this.characterTable[index] = character;
    this.specialIndexes.push(index);
  }

  formatDataIn(input?: Value, output?: Value): readonly number[] {
    if (input === undefined) return [];
    const indices: unknown = input;
    if (Array.isArray(indices) && typeof indices[0] === 'number') return indices as number[];
    return 'stop-input' in this.indexTable ? this.toIndexesInputOutput(input, output) : this.toIndexes(input);
  }

  formatDataOut(_input: unknown, output: readonly number[]): string {
    return this.toString(output);
  }

  format(data: readonly (Value | Pair)[]): (readonly number[])[] {
    if (!this.isSetup) this.setup(data);
    return data.map((datum) =>
      isPair(datum)
        ? this.formatDataIn(toText(datum.input), toText(datum.output))
        : this.formatDataIn(toText(datum)),
    );
  }

  toJSON(): Pick<
    DataFormatter,
    'indexTable' | 'characterTable' | 'values' | 'characters' | 'specialIndexes'
  > {
    const { indexTable, characterTable, values, characters, specialIndexes } = this;
    return { indexTable, characterTable, values, characters, specialIndexes };
  }

  static fromJSON(json: ReturnType<DataFormatter['toJSON']>): DataFormatter {
    return Object.assign(new DataFormatter(), json, { isSetup: true });
  }

  /** The characters from the space to the tilde, and the line break. */
  static fromAllPrintable(maxThreshold = 0, values = ['\n']): DataFormatter {
    for (let code = 32; code <= 126; code++) values.push(String.fromCharCode(code));
    return new DataFormatter(values, maxThreshold);
  }

  static fromAllPrintableInputOutput(maxThreshold = 0, values = ['\n']): DataFormatter {
    return withPairs(DataFormatter.fromAllPrintable(maxThreshold, values));
  }

  static fromString(text: string, maxThreshold = 0): DataFormatter {
    return new DataFormatter([...new Set(text)], maxThreshold);
  }

  static fromStringInputOutput(text: string, maxThreshold = 0): DataFormatter {
    return withPairs(DataFormatter.fromString(text, maxThreshold));
  }

  static fromArrayInputOutput(data: readonly Pair[], maxThreshold = 0): DataFormatter {
    const all = data.flatMap(({ input, output }) => [...split(input), ...split(output)]);
    return withPairs(new DataFormatter([...new Set(all)], maxThreshold));
  }
}

function withPairs(formatter: DataFormatter): DataFormatter {
  formatter.addInputOutput();
  formatter.addUnrecognized();
  return formatter;
}
