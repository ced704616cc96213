import { setMaxListeners } from 'node:events';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { StateError } from '../../errors.js';
import { journalFile } from '../../node/journal-file.js';
import { threads } from '../../node/threads.js';
import { study, type StudyResult } from '../../search/study.js';
import { DataError, StoppedError, toUsageError, UsageError } from '../errors.js';
import { checkApart, checkFolder } from '../data/output-paths.js';
import { chooseModelPath, type About } from '../model/model-file.js';
import type { CommandDefinition, Invocation } from '../options/command.js';
import { searchGroups, type SearchFlags } from '../options/search.js';
import { chooseByNumber } from '../terminal/choose.js';
import { formatDuration, formatCount } from '../terminal/format.js';
import { showReading } from '../terminal/reading.js';
import { Stop } from '../terminal/stop-signals.js';
import type { Output } from '../terminal/output.js';
import { describeResult, describeSearch, type SearchPlan } from '../search/describe-search.js';
import { prepareSearch, type PreparedSearch } from '../search/prepare-search.js';
import { SearchProgress } from '../search/search-progress.js';
import { chooseDestination, saveTrained } from '../train/destination.js';
import { evaluateTest, sayNext } from '../train/evaluate-test.js';

export const search: CommandDefinition<SearchFlags> = {
  operands: ['<data>'],
  description: [
    'Try many networks and training settings, and save an ensemble of the best. <data> is read as in bp4 train, and the same rows ' +
      'are set aside for testing. The same data, options and seed produce exactly the same trials and weights on any number of ' +
      'threads.',
    'Ctrl-C stops the search. The journal keeps every finished trial, and the same command continues.',
  ],
  examples: [
    ['bp4 search iris.csv', 'Search with 40 trials, test, and save the ensemble as iris.bp4.'],
    [
      "bp4 search houses.csv --target price --trials 100 --space 'default optimizer=adam|adamw dropout=0..0.2'",
      'Search the default space with other optimizers and less dropout.',
    ],
    [
      "bp4 search iris.csv --space 'learning-rate=1e-4..1e-1:log hidden=32|64|128,64' --sampler sobol",
      'Search only these two.',
    ],
    ['bp4 search big.csv --hyperband --trials 200 --workers 2', 'Stop bad trials early.'],
    ['bp4 search iris.csv --json | jq -c "select(.event == \\"trial\\")"', 'Print the trials as JSON.'],
  ],
  groups: searchGroups,
  run,
};

async function run({ operands, options, given, output }: Invocation<SearchFlags>): Promise<void> {
  const [path] = operands as [string];
  const out = options.out ?? chooseModelPath(path);
  const inputs = [path, options.test];
  const destination = await chooseDestination(out, undefined, inputs);
  const journalPath = await chooseJournal(options, destination.resumable, [...inputs, out]);
  const prepared = await showReading(output, (onRead) =>
    prepareSearch(options, given, path, onRead, output.isInteractive ? chooseByNumber : undefined),
  );
  const plan: SearchPlan = {
    window: options.window ?? 8,
    workers: options.workers ?? availableParallelism(),
    study: journalPath,
  };
  describeSearch(output, prepared, plan);
  const { result, seconds } = await runStudy(output, prepared, plan, options);
  const { ensemble, best, trials } = result;
  try {
    output.say();
    output.say(`${formatCount(trials.length, 'trial')} in ${formatDuration(seconds)}.`);
    describeResult(output, prepared, result);
    const [{ state }] = ensemble.members as [(typeof ensemble.members)[number]];
    const { figures } = evaluateTest(output, ensemble, state, prepared);
    const about: About = {
      ...prepared.about,
      training: { ...prepared.about.training, options: best.spec.train ?? {} },
      results: { epochs: best.epochs, seconds, figures },
    };
    await saveTrained(output, { net: ensemble, about }, destination);
    if (destination.format === 'bp4') sayNext(output, out, about);
  } finally {
    ensemble.dispose();
  }
}

/** @throws UsageError, DataError if the journal can't be written there */
async function chooseJournal(
  { study, resume }: SearchFlags,
  modelPath: string,
  others: readonly (string | undefined)[],
): Promise<string> {
  const named = typeof resume === 'string' ? resume : undefined;
  if (study !== undefined && named !== undefined && study !== named)
    throw new UsageError('--resume', 'it names another journal than --study', 'leave one of them out');
  const path = study ?? named ?? modelPath.replace(/(\.bp4)?$/, '.search.jsonl');
  checkApart(study === undefined ? '--resume' : '--study', path, others);
  await checkFolder(path);
  if (resume !== undefined && !existsSync(path))
    throw new UsageError('--resume', `there is no journal ${path}`, 'leave it out to start a search');
  return path;
}

/** Runs the trials, shows the progress, and stops at Ctrl-C. */
async function runStudy(
  output: Output,
  { space, describe, train, metric, pruner, division, trials, sampler }: PreparedSearch,
  { window, workers, study: journalPath }: SearchPlan,
  { seed, ensemble }: SearchFlags,
): Promise<{ readonly result: StudyResult; readonly seconds: number }> {
  const progress = new SearchProgress(output, trials, metric);
  const stop = new Stop(
    () => undefined,
    () => progress.stop(),
  );
  setMaxListeners(0, stop.signal); // each trial in progress listens
  try {
    const result = await study({
      space,
      trial: describe,
      data: train,
      ...division,
      metric,
      trials,
      ...(seed !== undefined && { seed }),
      sampler,
      window,
      ...(pruner && { pruner }),
      ...(ensemble !== undefined && { ensemble }),
      executor: threads(workers),
      journal: journalFile(journalPath),
      onTrial: progress.onTrial,
      signal: stop.signal,
    });
    return { result, seconds: progress.seconds };
  } catch (error) {
    progress.stop();
    if (stop.signal.aborted && error === stop.signal.reason)
      throw sayStopped(output, progress.done, journalPath);
    throw describeFailure(error, journalPath);
  } finally {
    progress.stop();
    stop.close();
  }
}

function sayStopped(output: Output, done: number, journalPath: string): StoppedError {
  output.event('stopped', { trials: done, path: journalPath });
  return new StoppedError({
    place: '',
    problem: `stopped after ${formatCount(done, 'trial')}; ${journalPath} has them`,
    cure: 'the same command continues',
  });
}

/** What the options of the study are called here. */
const flagOf: Readonly<Record<string, string>> = { validation: 'validation-split', threads: 'workers' };

function describeFailure(error: unknown, journalPath: string): unknown {
  if (error instanceof StateError) {
    const { place, problem, cure } = error;
    if (!place.startsWith('journal')) return new DataError(place, problem, cure, { cause: error });
    const other = 'give the same data and options to continue it, or name another with --study';
    return new DataError(place.replace('journal', journalPath), problem, other, { cause: error });
  }
  const { place } = error as { readonly place?: unknown };
  if (typeof place !== 'string') return error;
  const name = place.replace(/\..*/, '');
  const option = place.replace(/^space\.([^.[]*).*/, '$1');
  return toUsageError(error, name === 'space' ? `--space ${option}` : `--${flagOf[name] ?? name}`);
}
