import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { journalFile } from '../../node/journal-file.js';
import { UsageError } from '../errors.js';
import { checkApart, checkFolder, checkReportPath } from '../data/output-paths.js';
import { pickResults } from '../model/evaluation.js';
import { chooseModelPath, type About } from '../model/model-file.js';
import type { CommandDefinition, GivenOptions, Invocation } from '../options/command.js';
import { chooseQueue } from '../options/queue.js';
import { searchGroups, type SearchFlags } from '../options/search.js';
import { chooseByNumber } from '../terminal/choose.js';
import { formatDuration, formatCount } from '../terminal/format.js';
import { showReading } from '../terminal/reading.js';
import { describeResult, describeSearch, type SearchPlan } from '../search/describe-search.js';
import { WorkerCount, type Place } from '../search/executor.js';
import { prepareSearch } from '../search/prepare-search.js';
import { runStudy, type StudyRun } from '../search/run-study.js';
import { keepCommand, readCommand, readOptions } from '../search/search-command.js';
import { chooseDestination, saveTrained } from '../train/destination.js';
import { evaluateTest, sayNext } from '../train/evaluate-test.js';

export const search: CommandDefinition<SearchFlags> = {
  operands: ['[data]'],
  usage: ['[options] <data>', '--resume <journal>'],
  description: [
    'Try many networks and training settings, and save an ensemble of the best. bp4 reads <data> as bp4 train does, and sets the ' +
      'same rows aside for testing. The same data, options and seed produce exactly the same trials and weights on any number of ' +
      'threads or machines.',
    'Ctrl-C, SIGTERM or SIGHUP stops the search. The journal keeps every finished trial. Run the same command again to continue the search.',
  ],
  examples: [
    ['bp4 search iris.csv', 'Search with 40 trials, test, and save the ensemble as iris.bp4.'],
    ['bp4 search big.csv --hyperband --trials 200 --workers 2', 'Stop bad trials early.'],
    [
      "bp4 search houses.csv --target price --trials 100 --space 'default optimizer=adam|adamw dropout=0..0.2'",
      'Search the default space with other optimizers and less dropout.',
    ],
    ['bp4 search --resume iris.search.jsonl', 'Continue a search that was stopped.'],
    [
      "bp4 search iris.csv --space 'learning-rate=1e-4..1e-1:log hidden=32|64|128,64' --sampler sobol",
      'Search only the learning rate and the hidden layers, with the sobol sampler.',
    ],
    [
      "bp4 search iris.csv --space 'optimizer=adam|momentum momentum=0.5..0.99@optimizer=momentum'",
      'Tune the momentum only in trials with the momentum optimizer.',
    ],
    ['bp4 search iris.csv --queue redis://192.168.0.5:6379', 'Train on the machines that run bp4 worker.'],
    ['bp4 search iris.csv --report iris.html', 'Write a page with charts of all trials.'],
    ['bp4 search iris.csv --json | jq -c "select(.event == \\"trial\\")"', 'Print the trials as JSON.'],
  ],
  groups: searchGroups,
  common: [
    ...['trials', 'space', 'hyperband', 'folds', 'metric', 'ensemble', 'workers'],
    ...['label', 'target', 'ignore', 'hidden', 'seed', 'epochs', 'test-split', 'out', 'resume', 'report'],
  ],
  run,
};

/** What was typed, now or when the search began. */
interface Typed {
  readonly data: string;
  readonly options: SearchFlags;
  readonly given: GivenOptions;
}

async function run({ operands, options: now, given: typed, output }: Invocation<SearchFlags>): Promise<void> {
  const place = choosePlace(now);
  const { data, options, given } = await chooseCommand(operands[0], now, typed);
  const out = options.out ?? chooseModelPath(data);
  const inputs = [data, options.test];
  const destination = await chooseDestination(out, undefined, inputs);
  const journal = await chooseJournal(options, destination.resumable, [...inputs, out]);
  await checkReportPath(options.report, [...inputs, out, journal]);
  const count = place.queue && (await WorkerCount.open(place.queue));
  try {
    const prepared = await showReading(output, (onRead) =>
      prepareSearch(options, given, data, onRead, output.isInteractive ? chooseByNumber : undefined),
    );
    const plan: SearchPlan = {
      window: options.window ?? 8,
      workers: place.workers,
      study: journal,
      isContinued: existsSync(journal),
      queue: place.queue?.name,
    };
    describeSearch(output, prepared, plan);
    const done = await runStudy(output, prepared, plan, options, {
      journal: keepCommand(journalFile(journal), data, given),
      ...{ place, count, out },
    });
    try {
      output.say();
      output.say(describeEnd(done));
      describeResult(output, prepared, done.result, options.ensemble);
      const { ensemble, best, trials } = done.result;
      const [{ state }] = ensemble.members as [(typeof ensemble.members)[number]];
      const evaluation = await evaluateTest(output, ensemble, state, prepared);
      const about: About = {
        ...prepared.about,
        training: { ...prepared.about.training, options: best.spec.train ?? {} },
        results: { trials: trials.length, ...pickResults(evaluation) },
      };
      await saveTrained(output, { net: ensemble, about }, destination);
      if (options.report !== undefined) {
        const { writePage } = await import('../report/page.js');
        const { searchPage } = await import('../report/search.js');
        const { ensemble: rounds } = options;
        const report = { search: prepared, result: done.result, about, evaluation, rounds };
        await writePage(output, options.report, searchPage(report));
      }
      if (destination.format === 'bp4') sayNext(output, out, about);
    } finally {
      done.result.ensemble.dispose();
    }
  } finally {
    await count?.close();
  }
}

function describeEnd({ result: { trials }, seconds, fresh }: StudyRun): string {
  const count = formatCount(trials.length, 'trial');
  if (fresh === trials.length) return `${count} in ${formatDuration(seconds)}.`;
  if (fresh === 0) return `${count}, none of them new.`;
  return `${count}, ${fresh} of them new, in ${formatDuration(seconds)}.`;
}

/** @throws UsageError */
function choosePlace({ queue, audit, workers }: SearchFlags): Place {
  if (audit !== undefined && queue === undefined)
    throw new UsageError('--audit', 'it compares workers of a queue', 'give --queue, or leave it out');
  return {
    workers: workers ?? availableParallelism(),
    queue:
      queue === undefined ? undefined : chooseQueue('--queue', typeof queue === 'string' ? queue : undefined),
    audit,
  };
}

/** Without data, a search that is resumed has those of its journal, and the options that were typed then. */
async function chooseCommand(
  data: string | undefined,
  options: SearchFlags,
  given: GivenOptions,
): Promise<Typed> {
  if (data !== undefined) return { data, options, given };
  const { resume } = options;
  if (resume === undefined)
    throw new UsageError('', 'missing argument <data>', 'give a data file: bp4 search iris.csv');
  if (resume === true)
    throw new UsageError('--resume', 'expected a journal', 'give it: bp4 search --resume iris.search.jsonl');
  if (!existsSync(resume)) throw noJournal(resume);
  const began = await readCommand(resume);
  return {
    data: began.data,
    options: { ...options, ...readOptions(began.options), ...pickTyped(options, given) },
    given: { ...began.options, ...given },
  };
}

/** Without the defaults of the parser. */
const pickTyped = (options: SearchFlags, given: GivenOptions): Partial<SearchFlags> => ({
  ...readOptions(given),
  ...(options.resume !== undefined && { resume: options.resume }),
});

const noJournal = (path: string): UsageError =>
  new UsageError('--resume', `there is no journal ${path}`, 'leave it out to start a search');

/** @throws UsageError, DataError if the journal can't be written there */
async function chooseJournal(
  { study, resume }: SearchFlags,
  modelPath: string,
  others: readonly (string | undefined)[],
): Promise<string> {
  const named = typeof resume === 'string' ? resume : undefined;
  if (study !== undefined && named !== undefined && study !== named)
    throw new UsageError('--resume', 'it and --study name different journals', 'leave one of them out');
  const path = study ?? named ?? modelPath.replace(/(\.bp4)?$/, '.search.jsonl');
  checkApart(study === undefined ? '--resume' : '--study', path, others);
  await checkFolder(path);
  if (resume !== undefined && !existsSync(path)) throw noJournal(path);
  return path;
}
