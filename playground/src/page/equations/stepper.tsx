import type { ComponentChildren } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { describeCosts, explain } from '../explain.js';
import { layerName } from '../../format.js';
import { currentPhase, type View } from '../view.js';
import { Equations } from './equations.js';
import type { Settings } from '../../protocol.js';
import { say, sayWith } from '../../words/say.js';
import type { MathSymbol } from '../network/spotlight.js';
import './stepper.css';

interface StepperProps {
  readonly view: View | undefined;
  /** Whether the page has the button 'Step'. */
  readonly hasStep: boolean;
  readonly hasControls: boolean;
  readonly hasNumbers: boolean;
  readonly hasEquations: boolean;
  /** The derivation of the number that the user asks about. It takes the place of the phase's words. */
  readonly derivation: ComponentChildren;
  /** Below the derivation, for the network at rest. */
  readonly change: ComponentChildren;
  /** The user has not chosen a table yet. */
  readonly isMissing: boolean;
  readonly settings: Settings;
  readonly isAuto: boolean;
  readonly onGo: (by: number) => void;
  readonly onSample: (sample: number) => void;
  readonly onAuto: (isAuto: boolean) => void;
  readonly onClose: () => void;
  /** Where the scrubber holds the flow of the phase, from 0 to 1; undefined lets it run. */
  readonly hold: number | undefined;
  /** Goes to a phase and a time in it: 2.5 is the middle of the third phase. */
  readonly onScrub: (position: number) => void;
  readonly symbol: MathSymbol | undefined;
  readonly onSymbol: (symbol: MathSymbol | undefined) => void;
}

/** How long the automatic walk shows each phase, in milliseconds. */
const PHASE_TIME = 3500;

/** The walk of one mini-batch: the phase in words and numbers, and the equations. */
export function Stepper(props: StepperProps) {
  const { view, settings, isAuto, onGo, onAuto } = props;
  const isLast = view !== undefined && view.index === view.phases.length - 1;
  const index = view?.index;
  useEffect(() => {
    if (!isAuto || index === undefined) return;
    const timer = setTimeout(() => (isLast ? onAuto(false) : onGo(1)), PHASE_TIME);
    return () => clearTimeout(timer);
  }, [isAuto, index, isLast, onGo, onAuto]);
  return (
    <section class="stepper" aria-label={say('walk.title')}>
      {(props.hasControls || props.hasNumbers) &&
        (view === undefined ? <Resting {...props} /> : <Walking {...props} view={view} isLast={isLast} />)}
      {props.hasEquations && (
        <Equations
          lit={view === undefined ? undefined : currentPhase(view).name}
          optimizer={settings.optimizer}
          hasPenalty={settings.l1 > 0 || settings.l2 > 0}
          symbol={props.symbol}
          onSymbol={props.onSymbol}
        />
      )}
    </section>
  );
}

function Resting({ hasStep, isMissing, derivation, change }: StepperProps) {
  return (
    <div class="walk resting">
      {derivation || (
        <p class="invitation">
          {isMissing ? (
            say('walk.chooseTable')
          ) : (
            <>
              {hasStep && sayWith('walk.invitation', { step: <b>{say('transport.step')}</b> })}{' '}
              {say('walk.point')}
            </>
          )}
        </p>
      )}
      {change}
    </div>
  );
}

type WalkingProps = StepperProps & { readonly view: View; readonly isLast: boolean };

function Walking({
  view,
  hasControls,
  hasNumbers,
  derivation,
  hold,
  onScrub,
  isLast,
  isAuto,
  onGo,
  onSample,
  onAuto,
  onClose,
}: WalkingProps) {
  const { words, numbers } = useMemo(() => explain(view), [view]);
  const phase = currentPhase(view);
  const layers = view.problem.activations.length;
  return (
    <div class="walk">
      {hasControls && <Scrubber view={view} hold={hold} onScrub={onScrub} />}
      {hasControls && (
        <div class="walk-bar">
          <button
            type="button"
            aria-label={say('walk.previous')}
            onClick={() => onGo(-1)}
            disabled={view.index === 0}
          >
            ←
          </button>
          <button
            type="button"
            class="strong"
            data-testid="next-phase"
            onClick={() => onGo(1)}
            aria-disabled={isLast}
          >
            {say('walk.next')} →
          </button>
          <p class="phase" aria-live="polite">
            <span data-testid="phase" data-phase={phase.name}>
              {say(`phase.${phase.name}`)}
            </span>
            {phase.layer !== undefined && <span class="phase-layer"> {layerName(phase.layer, layers)}</span>}
          </p>
          <SamplePicker count={view.walk.count} sample={view.sample} onSample={onSample} />
          <button type="button" aria-pressed={isAuto} onClick={() => onAuto(!isAuto)}>
            {say('walk.auto')}
          </button>
          <button type="button" class="end" aria-label={say('walk.close')} onClick={onClose}>
            ✕
          </button>
        </div>
      )}
      {hasNumbers &&
        (derivation || (
          <>
            <p class="words">{words}</p>
            <p class="numbers">
              {numbers.map((line) => (
                <span key={line}>{line}</span>
              ))}
            </p>
            <p class="costs">{describeCosts(view)}</p>
          </>
        ))}
    </div>
  );
}

type ScrubberProps = Pick<StepperProps, 'hold' | 'onScrub'> & { readonly view: View };

/** The way through the phases. What flows in a phase follows the thumb. */
function Scrubber({ view, hold, onScrub }: ScrubberProps) {
  return (
    <div class="walk-way">
      {view.phases.map((_, i) => (
        <span key={i} class={i === view.index ? 'now' : i < view.index ? 'done' : ''} />
      ))}
      <input
        type="range"
        data-testid="scrubber"
        aria-label={say('walk.scrubber')}
        aria-valuetext={say(`phase.${currentPhase(view).name}`)}
        min={0}
        max={view.phases.length}
        step={0.01}
        value={view.index + (hold ?? 1)}
        onInput={({ currentTarget }) => onScrub(currentTarget.valueAsNumber)}
      />
    </div>
  );
}

interface SamplePickerProps {
  readonly count: number;
  readonly sample: number;
  readonly onSample: (sample: number) => void;
}

function SamplePicker({ count, sample, onSample }: SamplePickerProps) {
  return (
    <select
      class="sample"
      aria-label={say('walk.sampleOf')}
      value={sample}
      onChange={(event) => onSample(Number(event.currentTarget.value))}
    >
      {Array.from({ length: count }, (_, i) => (
        <option key={i} value={i}>
          {say('walk.sample', { n: i + 1 })}
        </option>
      ))}
    </select>
  );
}
