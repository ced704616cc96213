import type { Finding } from 'bp4';
import { useState } from 'preact/hooks';
import { layerName, percent } from '../../format.js';
import type { Comparison, Problem, Reply, Start } from '../../protocol.js';
import { say } from '../../words/say.js';
import type { Diagnosed } from '../use-diagnosis.js';
import { ComparisonChart } from './comparison-chart.js';
import { type Change, findCure } from './cures.js';
import { describeFinding, describeNumbers } from './describe-finding.js';
import { LayerTable } from './layer-table.js';
import './panel.css';

export interface PanelProps {
  readonly problem: Problem;
  /** How the run started. */
  readonly start: Start;
  /** Undefined until the worker has looked. */
  readonly diagnosed: Diagnosed | undefined;
  readonly compared: (Reply & { type: 'compared' }) | undefined;
  readonly onCompare: (id: number, cured: Start) => void;
  readonly onApply: (cured: Start) => void;
}

let requests = 0;

/** What slows the learning down, the numbers that show it, and the cures that the controls can apply. */
export function Panel({ problem, start, diagnosed, compared, onCompare, onApply }: PanelProps) {
  const [asked, setAsked] = useState<{ readonly id: number; readonly code: Finding['code'] }>();
  if (diagnosed === undefined) return <p>{say('slow.waiting')}</p>;
  const { findings, layers } = diagnosed.diagnosis;
  const compare = (code: Finding['code'], cured: Start): void => {
    setAsked({ id: ++requests, code });
    onCompare(requests, cured);
  };
  return (
    <div class="slow-panel">
      {findings.length === 0 && <p data-testid="finding">{say('slow.none')}</p>}
      {groupByCode(findings).map((group) => (
        <Cause
          key={group[0].code}
          {...{ group, start, problem, onApply }}
          onCompare={compare}
          comparison={
            asked?.code === group[0].code && compared?.id === asked.id ? compared.comparison : undefined
          }
        />
      ))}
      <LayerTable layers={layers} />
    </div>
  );
}

type Group = readonly [Finding, ...Finding[]];

/** The same problem of several layers counts once. */
function groupByCode(findings: readonly Finding[]): readonly Group[] {
  const groups = new Map<Finding['code'], [Finding, ...Finding[]]>();
  for (const finding of findings) {
    const group = groups.get(finding.code);
    if (group === undefined) groups.set(finding.code, [finding]);
    else group.push(finding);
  }
  return [...groups.values()];
}

interface CauseProps {
  readonly group: Group;
  readonly problem: Problem;
  readonly start: Start;
  readonly comparison: Comparison | undefined;
  readonly onCompare: (code: Finding['code'], cured: Start) => void;
  readonly onApply: (cured: Start) => void;
}

function Cause({ group, problem, start, comparison, onCompare, onApply }: CauseProps) {
  const [finding] = group;
  const { code, numbers } = finding;
  const { left, leftAfter, steps, ...others } = numbers;
  const cure = findCure(finding, start);
  const count = problem.activations.length;
  const names = group.flatMap(({ layer }) => (layer === undefined ? [] : layerName(layer, count)));
  return (
    <section class="finding" data-testid="finding" data-code={code}>
      <h3>
        {[say(`cause.${code}`), ...(names.length > 0 ? [names.join(', ')] : [])].join(' · ')}{' '}
        <code>{code}</code>
      </h3>
      <p>{describeFinding(finding)}</p>
      <p class="finding-numbers">
        {describeNumbers(others).map(({ name, value }) => (
          <span key={name}>
            {name} <b>{value}</b>
          </span>
        ))}
      </p>
      {left !== undefined && leftAfter !== undefined && steps !== undefined && (
        <p>{say('slow.trial', { left: percent(left), after: percent(leftAfter), steps })}</p>
      )}
      {cure !== undefined && (
        <>
          <p class="finding-cure">
            <b>{say('slow.cure')}</b>{' '}
            {[
              ...cure.changes.map(describeChange),
              ...(cure.drawsWeights ? [say('slow.newWeights')] : []),
            ].join(', ')}
          </p>
          <div class="finding-buttons">
            <button type="button" data-testid="compare" onClick={() => onCompare(code, cure)}>
              {say('slow.compare')}
            </button>
            <button type="button" class="strong" data-testid="apply" onClick={() => onApply(cure)}>
              {say('slow.apply')}
            </button>
          </div>
        </>
      )}
      {comparison !== undefined && <ComparisonChart comparison={comparison} />}
    </section>
  );
}

/** 'Loss C: quadratic → binaryCrossEntropy' */
function describeChange({ name, from, to }: Change): string {
  const label = name === 'hidden' ? say('layers.title') : say(`controls.${name as 'loss'}`);
  return `${label}: ${String(from)} → ${String(to)}`;
}
