import { readFile } from 'node:fs/promises';
import type { Option } from 'commander';
import type { Journal } from '../../search/journal.js';
import { inFile, UsageError } from '../errors.js';
import { omit, type GivenOptions } from '../options/command.js';
import { incidentalOptions, searchGroups, type SearchFlags } from '../options/search.js';
import { quotePath } from '../terminal/format.js';

// The journal of a search holds the command that began it, as an attribute of the study, so that `bp4 search --resume FILE` is
// enough to continue.

/** What was typed. */
interface SearchCommand {
  readonly data: string;
  readonly options: GivenOptions;
}

interface StudyLine {
  readonly user_attr?: { readonly bp4_command?: SearchCommand };
}

/** What a model file keeps of the options, in whatever order they were typed. */
export const pickDefining = (given: GivenOptions): GivenOptions =>
  Object.fromEntries(
    Object.entries(omit(given, incidentalOptions)).sort(([a], [b]) => Number(a > b) - Number(a < b)),
  );

/** A URL may hold a password, and another machine has other threads. */
const unkept = incidentalOptions.filter((name) => name !== 'out' && name !== 'report');

/** A journal whose first lines are followed by the command. */
export function keepCommand(journal: Journal, data: string, given: GivenOptions): Journal {
  let isNew = false;
  const command: SearchCommand = { data, options: omit(given, unkept) };
  const line = { op_code: 2, study_id: 0, user_attr: { bp4_command: command }, worker_id: 'bp4' };
  return {
    async read() {
      const lines = await journal.read();
      isNew = lines.length === 0;
      return lines;
    },
    async append(lines) {
      await journal.append(isNew ? [...lines, JSON.stringify(line)] : lines);
      isNew = false;
    },
    close: async () => await journal.close?.(),
  };
}

/**
 * Reads the command that began a search.
 * @throws DataError if the file can't be read; UsageError if it holds no command
 */
export async function readCommand(path: string): Promise<SearchCommand> {
  const text = await inFile(path, () => readFile(path, 'utf8'));
  const command = text.split('\n').flatMap((line) => parseLine(line)?.user_attr?.bp4_command ?? [])[0];
  if (typeof command?.data === 'string' && typeof command.options === 'object') return command;
  throw new UsageError(
    '--resume',
    `${path} isn't the journal of a bp4 search, or lacks its command`,
    `give the data and the options: bp4 search data.csv --resume ${quotePath(path)}`,
  );
}

function parseLine(line: string): StudyLine | undefined {
  try {
    return JSON.parse(line) as StudyLine;
  } catch {
    return undefined; // the last one may be cut off
  }
}

/** Reads options as if they had been typed. @throws UsageError naming the flag */
export function readOptions(given: GivenOptions): Partial<SearchFlags> {
  const options = new Map(searchGroups.flatMap((group) => group.options).map((one) => [one.name(), one]));
  const read = Object.entries(given).flatMap(([name, texts]): [string, unknown][] => {
    const option = options.get(name);
    return option ? [[option.attributeName(), readOption(option, texts)]] : [];
  });
  return Object.fromEntries(read);
}

function readOption(option: Option, texts: readonly string[]): unknown {
  const { parseArg } = option as { readonly parseArg?: (text: string, before: unknown) => unknown };
  if (parseArg) return texts.reduce<unknown>((before, text) => parseArg(text, before), undefined);
  const text = texts.at(-1)!;
  return text === '' ? !option.negate : text;
}
