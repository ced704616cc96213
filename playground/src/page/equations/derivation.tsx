import type { Parameter, SlopeCheck } from '../../protocol.js';
import { say } from '../../words/say.js';
import { finely, precise } from '../../format.js';
import { derive, describePlace, parameterName } from '../derive.js';
import { describeCosts } from '../explain.js';
import { usePart } from '../use-part.js';
import type { Trying } from '../use-trial.js';
import { isForward, type View } from '../view.js';
import './derivation.css';

interface DerivationProps {
  readonly view: View;
  /** The unit, weight or input that it explains. */
  readonly at: Parameter;
  readonly check: SlopeCheck | undefined;
  /** What the unit answers over the plane. */
  readonly map: Uint8Array | undefined;
  readonly onPoint: (at: Parameter | undefined) => void;
  readonly onChoose: (at: Parameter) => void;
}

const loadFigures = () => import('../figures/figures.js');

/** Where a number comes from, in the numbers of the current sample. Its factors lead to their own derivations. */
export function Derivation({ view, at, check, map, onPoint, onChoose }: DerivationProps) {
  const lines = at.layer < 0 ? [] : derive(view, at);
  const hasSlope = at.layer >= 0 && (at.from !== undefined || !isForward(view));
  const { part } = usePart(loadFigures, true);
  return (
    <div class="derivation" data-testid="derivation">
      {at.layer >= 0 && (
        <div class="derivation-figure">
          {part !== undefined && <part.Figure view={view} at={at} map={map} />}
        </div>
      )}
      <p class="derivation-title">{describePlace(view, at)}</p>
      {lines.map((line, i) => (
        <p key={i} class="numbers">
          {line.map(({ text, tone, of }, p) =>
            of === undefined ? (
              <span key={p} class={tone === undefined ? undefined : `tone-${tone}`}>
                {text}
              </span>
            ) : (
              <button
                key={p}
                type="button"
                class={`factor tone-${tone ?? 'plain'}`}
                aria-label={say('derive.factor', { value: text, place: describePlace(view, of) })}
                onPointerEnter={() => onPoint(of)}
                onPointerLeave={() => onPoint(undefined)}
                onClick={() => onChoose(of)}
              >
                {text}
              </button>
            ),
          )}
        </p>
      ))}
      {hasSlope && <Check at={at} check={check} />}
    </div>
  );
}

/** What a unit answers over the plane, while the run plays and its numbers change. */
export function MapAlone({ map }: { readonly map: Uint8Array }) {
  const { part } = usePart(loadFigures, true);
  return <div class="map-alone">{part !== undefined && <part.LargeMap values={map} />}</div>;
}

/** The slope of the cost, which the worker measures without the four equations. */
function Check({ at, check }: { at: Parameter; check: SlopeCheck | undefined }) {
  const w = at.from === undefined ? 'b' : 'w';
  return (
    <p class="numbers check" data-testid="slope-check">
      {say('derive.check')} (C({w} + ε) − C({w} − ε)) / 2ε ={' '}
      {check === undefined ? (
        '…'
      ) : (
        <>
          ({finely(check.costs[0], check.costs[0] - check.costs[1])} −{' '}
          {finely(check.costs[1], check.costs[0] - check.costs[1])}) / {2 * check.step} ={' '}
          <b>{precise(check.slope)}</b>
        </>
      )}
    </p>
  );
}

interface ChangeProps {
  readonly view: View;
  readonly at: Parameter | undefined;
  readonly trying: Trying;
  readonly read: (at: Parameter) => number;
  /** Restarts training from the changed weights and biases; undefined if there are too many for a link. */
  readonly onTrain: (() => void) | undefined;
}

/** A field for the number in question, C, and what to do with the changes. */
export function Change({ view, at, trying, read, onTrain }: ChangeProps) {
  return (
    <div class="change">
      {at !== undefined && (
        <label>
          {at.layer < 0 ? view.problem.inputNames[at.unit] : parameterName(at)}
          <input
            type="number"
            step={0.1}
            value={Math.round(read(at) * 1e4) / 1e4}
            data-testid="change"
            onInput={({ currentTarget: { valueAsNumber } }) => {
              if (Number.isFinite(valueAsNumber)) trying.edit(at, valueAsNumber);
            }}
          />
        </label>
      )}
      <span class="costs" data-testid="costs">
        {describeCosts(view)}
      </span>
      {trying.isChanged && (
        <>
          <button type="button" data-testid="undo" onClick={trying.undo}>
            {say('change.undo')}
          </button>
          {onTrain !== undefined && (
            <button type="button" class="strong" data-testid="train-from-here" onClick={onTrain}>
              {say('change.train')}
            </button>
          )}
        </>
      )}
    </div>
  );
}
