import type { StudyResult } from '../../search/study.js';
import { formatCount, formatPercent, formatPrecise } from '../terminal/format.js';
import type { Output } from '../terminal/output.js';
import { textTable } from '../terminal/text-table.js';
import { countParts } from '../model/model-file.js';
import { describeData, eventOfData, row } from '../train/describe-training.js';
import type { PreparedSearch } from './prepare-search.js';
import { formatDomain } from './space.js';

// What `bp4 search` prints before the first trial and after the last.

/** How a search runs. */
export interface SearchPlan {
  readonly window: number;
  readonly workers: number;
  readonly study: string;
  /** Whether the journal was there. */
  readonly isContinued: boolean;
  /** The queue's URL without its password. */
  readonly queue: string | undefined;
}

/** From so many complete trials on, importances are more than chance. */
const ENOUGH_FOR_IMPORTANCES = 20;

/** How much each hyperparameter matters; undefined where too few trials say so. */
export function chooseImportances({
  trials,
  importances,
}: StudyResult): StudyResult['importances'] | undefined {
  const complete = trials.filter(({ state }) => state === 'complete');
  return complete.length < ENOUGH_FOR_IMPORTANCES ? undefined : importances;
}

/** Prints what was found in the data, what is searched, and the option that changes it. */
export function describeSearch(output: Output, search: PreparedSearch, plan: SearchPlan): void {
  const { space, metric, division, pruner, about, trials, sampler } = search;
  eventOfData(output, search);
  output.event('search', { space, trials, sampler, metric, ...division, pruner: pruner?.kind, ...plan });
  describeData(output, search);
  row(
    output,
    'parts',
    `${countParts(about.training)}; each trial ${describeDivision(division)}`,
    '--folds, --validation-split, --test-split',
  );
  row(
    output,
    'search',
    `${formatCount(trials, 'trial')} by ${sampler}${pruner ? ` and ${pruner.kind}` : ''}, for the best ${metric}`,
    '--trials, --sampler, --metric',
  );
  row(output, 'journal', `${plan.study}${plan.isContinued ? ', which is continued' : ''}`, '--study');
  if (plan.queue !== undefined) row(output, 'queue', plan.queue, '--queue');
  output.say();
  output.say('Searched');
  const width = Math.max(...Object.keys(space).map(({ length }) => length));
  for (const [name, domain] of Object.entries(space)) {
    const text = `  ${name.padEnd(width)}  ${formatDomain(domain)}`;
    output.sayWrapped(`${text}  ${output.dim(`(--${name} VALUE fixes it)`)}`, width + 4);
  }
  for (const warning of search.warnings) output.advise(warning);
  output.say();
}

/** `trains on 5 folds`. */
export const describeDivision = (division: PreparedSearch['division']): string =>
  'folds' in division
    ? `trains on ${division.folds} folds`
    : `holds out ${formatPercent(division.validation)} of them`;

/** Says which trial was best, what mattered, and what the ensemble is made of. */
export function describeResult(
  output: Output,
  { metric, division }: PreparedSearch,
  result: StudyResult,
  rounds: number | undefined,
): void {
  const { best, ensemble, ensembleScore, bestPooledScore, chosen } = result;
  const importances = chooseImportances(result);
  const members = [...chosen].map(([trial, times]) => ({ trial, times }));
  output.event('best', { number: best.number, score: best.score, values: best.values, epochs: best.epochs });
  if (importances) output.event('importances', importances);
  const networks = ensemble.members.length;
  output.event('ensemble', {
    ...{ score: ensembleScore, bestScore: bestPooledScore, networks, trials: members },
  });
  const mean = 'folds' in division ? `, the mean of ${division.folds} folds` : '';
  output.say(output.bold(`Best  trial ${best.number}: ${metric} ${formatPrecise(best.score!)}${mean}`));
  output.say();
  const rows = Object.entries(best.values).map(([name, value]) => [
    name,
    String(value),
    ...(importances ? [formatPercent(importances[name]!)] : []),
  ]);
  const head = ['', 'value', ...(importances ? ['importance'] : [])];
  for (const line of textTable(head, rows).split('\n')) output.say(`  ${line}`);
  if (!importances)
    output.say(
      output.dim(
        `  (importances need ${ENOUGH_FOR_IMPORTANCES} complete trials; with fewer they are chance)`,
      ),
    );
  output.say();
  for (const [i, line] of describeEnsemble(result, metric, rounds).entries())
    output.sayWrapped(i === 0 ? `${output.bold('Ensemble')}  ${line}` : `  ${line}`, 4);
  output.say();
}

/** What the ensemble is made of, and its score beside that of the best trial, measured alike. */
export function describeEnsemble(
  { best, ensemble, ensembleScore, bestPooledScore, chosen }: StudyResult,
  metric: string,
  rounds: number | undefined,
): string[] {
  const networks = formatCount(ensemble.members.length, 'network');
  const score = `${metric} on all held-out samples: ${formatPrecise(ensembleScore)}`;
  const [[only]] = [...chosen] as [[number, number]];
  if (chosen.size === 1) {
    const why = rounds === 1 ? 'as --ensemble 1 asks' : 'because no other trial improved it';
    return [`${networks} from trial ${only} alone, ${why}`, score];
  }
  const list = [...chosen].map(([trial, times]) => `${trial}${times > 1 ? ` ×${times}` : ''}`);
  return [
    `${networks} from ${formatCount(chosen.size, 'trial')}: ${list.join(', ')}`,
    `${score} (trial ${best.number} alone: ${formatPrecise(bestPooledScore)})`,
  ];
}
