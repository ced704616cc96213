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
}

/** Prints what was found in the data, what is searched, and the option that changes it. */
export function describeSearch(output: Output, search: PreparedSearch, plan: SearchPlan): void {
  const { space, metric, division, pruner, about, trials, sampler } = search;
  eventOfData(output, search);
  output.event('search', { space, trials, sampler, metric, ...division, pruner: pruner?.kind, ...plan });
  describeData(output, search);
  const held =
    'folds' in division
      ? `each trial trains on ${division.folds} folds`
      : `each trial holds out ${formatPercent(division.validation)} of them`;
  row(output, 'parts', `${countParts(about.training)}; ${held}`, '--folds, --validation-split, --test-split');
  row(
    output,
    'search',
    `${formatCount(trials, 'trial')} by ${sampler}${pruner ? ` and ${pruner.kind}` : ''}, for the best ${metric}`,
    '--trials, --sampler, --metric',
  );
  row(output, 'journal', plan.study, '--study');
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

/** Says which trial was best, what mattered, and what the ensemble is made of. */
export function describeResult(
  output: Output,
  { metric }: PreparedSearch,
  { best, importances, ensemble, ensembleScore, chosen }: StudyResult,
): void {
  const members = [...chosen].map(([trial, times]) => ({ trial, times }));
  output.event('best', { number: best.number, score: best.score, values: best.values, epochs: best.epochs });
  output.event('importances', importances);
  const networks = ensemble.members.length;
  output.event('ensemble', { score: ensembleScore, bestScore: best.score, networks, trials: members });
  output.say(output.bold(`Best  trial ${best.number}: ${metric} ${formatPrecise(best.score!)}`));
  output.say();
  const rows = Object.entries(importances).map(([name, share]) => [
    name,
    `${(best.values[name] as string | number | undefined) ?? ''}`,
    formatPercent(share),
  ]);
  for (const line of textTable(['', 'value', 'importance'], rows).split('\n')) output.say(`  ${line}`);
  output.say();
  output.say(
    `${output.bold('Ensemble')}  ${formatCount(networks, 'network')} of ${formatCount(members.length, 'trial')}: ` +
      `${metric} ${formatPrecise(ensembleScore)}, the best trial alone ${formatPrecise(best.score!)}`,
  );
  const list = members.map(({ trial, times }) => `${trial}${times > 1 ? ` ×${times}` : ''}`);
  output.sayWrapped(`  trials ${list.join(', ')}`, 4);
  output.say();
}
