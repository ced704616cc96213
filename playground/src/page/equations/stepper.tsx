import { useEffect, useMemo } from 'preact/hooks';
import { describeCosts, explain } from '../explain.js';
import { layerName } from '../../format.js';
import { currentPhase, type View } from '../view.js';
import { Equations } from './equations.js';
import type { Settings } from '../../protocol.js';
import { say, sayWith } from '../../words/say.js';
import './stepper.css';

interface StepperProps {
  readonly view: View | undefined;
  /** The user has not chosen a table yet. */
  readonly isMissing: boolean;
  readonly settings: Settings;
  readonly isAuto: boolean;
  readonly onGo: (by: number) => void;
  readonly onSample: (sample: number) => void;
  readonly onAuto: (isAuto: boolean) => void;
  readonly onClose: () => void;
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
      {view === undefined ? (
        <Invitation isMissing={props.isMissing} />
      ) : (
        <Walking {...props} view={view} isLast={isLast} />
      )}
      <Equations
        lit={view === undefined ? undefined : currentPhase(view).name}
        optimizer={settings.optimizer}
        hasPenalty={settings.l1 > 0 || settings.l2 > 0}
      />
    </section>
  );
}

function Invitation({ isMissing }: { isMissing: boolean }) {
  return (
    <div class="walk idle">
      <p>
        {isMissing
          ? say('walk.chooseTable')
          : sayWith('walk.invitation', { step: <b>{say('transport.step')}</b> })}
      </p>
    </div>
  );
}

type WalkingProps = StepperProps & { readonly view: View; readonly isLast: boolean };

function Walking({ view, isLast, isAuto, onGo, onSample, onAuto, onClose }: WalkingProps) {
  const { words, numbers } = useMemo(() => explain(view), [view]);
  const phase = currentPhase(view);
  const layers = view.problem.activations.length;
  return (
    <div class="walk">
      <div class="walk-way" aria-hidden="true">
        {view.phases.map((_, i) => (
          <span key={i} class={i === view.index ? 'now' : i < view.index ? 'done' : ''} />
        ))}
      </div>
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
          <span data-testid="phase">{say(`phase.${phase.name}`)}</span>
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
      <p class="words">{words}</p>
      <p class="numbers">
        {numbers.map((line) => (
          <span key={line}>{line}</span>
        ))}
      </p>
      <p class="costs">{describeCosts(view)}</p>
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
