import { setMaxListeners } from 'node:events';
import { StateError } from '../../errors.js';
import type { Journal } from '../../search/journal.js';
import { study, type StudyResult } from '../../search/study.js';
import { DataError, StoppedError, toUsageError, UsageError } from '../errors.js';
import { nameStudy } from '../options/queue.js';
import type { SearchFlags } from '../options/search.js';
import { formatCount, quotePath } from '../terminal/format.js';
import { Stop } from '../terminal/stop-signals.js';
import type { Output } from '../terminal/output.js';
import type { SearchPlan } from './describe-search.js';
import { createExecutor, reuseNetworks, type Place, type WorkerCount } from './executor.js';
import type { PreparedSearch } from './prepare-search.js';
import { SearchProgress } from './search-progress.js';

/** How a search went. */
export interface StudyRun {
  readonly result: StudyResult;
  readonly seconds: number;
  /** Trials that the journal didn't have. */
  readonly fresh: number;
}

/** With what a search runs. */
export interface Means {
  readonly journal: Journal;
  readonly place: Place;
  /** Of the queue. */
  readonly count: WorkerCount | undefined;
  /** The model file, which may have the networks already. */
  readonly out: string;
}

/**
 * Runs the trials, shows how it goes, and stops at Ctrl-C.
 * @throws StoppedError, UsageError, DataError
 */
export async function runStudy(
  output: Output,
  { space, describe, train, metric, pruner, division, trials, sampler }: PreparedSearch,
  { window, study: path }: SearchPlan,
  { seed, seeds, ensemble }: SearchFlags,
  { journal, place, count, out }: Means,
): Promise<StudyRun> {
  const startWorker = place.queue?.startWorker;
  const progress = new SearchProgress(output, { trials, metric, journal: path, startWorker });
  const stop = new Stop(
    () => undefined,
    () => progress.stop(),
  );
  setMaxListeners(0, stop.signal); // each trial in progress listens
  const onStart = (): void => count?.watch(progress.onWorkers);
  const { onTrial, onRetrain, onRetrained } = progress;
  try {
    const result = await study({
      space,
      trial: describe,
      data: train,
      ...division,
      metric,
      trials,
      ...(seed !== undefined && { seed }),
      ...(seeds !== undefined && { seeds }),
      sampler,
      window,
      ...(pruner && { pruner }),
      ...(ensemble !== undefined && { ensemble }),
      executor: await reuseNetworks(createExecutor(place, nameStudy(out)), out, {
        onStart,
        onRetrain,
        onRetrained,
      }),
      journal,
      onTrial,
      signal: stop.signal,
    });
    return { result, seconds: progress.seconds, fresh: progress.fresh };
  } catch (error) {
    progress.stop();
    if (stop.signal.aborted && error === stop.signal.reason)
      throw sayStopped(output, progress.done, trials, path);
    throw describeFailure(error, path);
  } finally {
    progress.stop();
    stop.close();
  }
}

function sayStopped(output: Output, done: number, trials: number, path: string): StoppedError {
  output.event('stopped', { trials: done, path });
  const problem =
    done === 0
      ? 'stopped before the first trial ended'
      : done < trials
        ? `stopped after ${formatCount(done, 'trial')}; ${path} has them`
        : `stopped after all ${formatCount(done, 'trial')}, before the model was saved; ${path} has them`;
  const cure = done === 0 ? 'the same command starts again' : 'the same command continues';
  return new StoppedError({ place: '', problem, cure });
}

/** What the options of the study are called here. */
const flagOf: Readonly<Record<string, string>> = { validation: 'validation-split', threads: 'workers' };

function describeFailure(error: unknown, path: string): unknown {
  if (error instanceof StateError) {
    const { place, problem, cure } = error;
    if (place === 'trials')
      return new UsageError(
        '--trials',
        problem,
        `use a larger --trials, or name a journal other than ${path} with --study`,
        { cause: error },
      );
    if (!place.startsWith('journal')) return new DataError(place, problem, cure, { cause: error });
    const other = cure
      ?.replace(
        'resume with the same data and options',
        `continue it by bp4 search --resume ${quotePath(path)}`,
      )
      .replace('start a new journal', 'name another journal with --study');
    return new DataError(place.replace('journal', path), problem, other, { cause: error });
  }
  const { place } = error as { readonly place?: unknown };
  if (typeof place !== 'string') return error;
  const name = place.replace(/\..*/, '');
  const option = place.replace(/^space\.([^.[]*).*/, '$1');
  return toUsageError(error, name === 'space' ? `--space ${option}` : `--${flagOf[name] ?? name}`);
}
