import type { Problem, Progress } from '../protocol.js';
import { percent, precise, whole } from '../format.js';
import type { History } from '../charts/history.js';

export interface Actions {
  readonly playOrPause: () => void;
  readonly step: () => void;
  readonly epoch: () => void;
  readonly reset: () => void;
}

interface TransportProps {
  readonly isPlaying: boolean;
  /** There is nothing to train on yet. */
  readonly isDisabled: boolean;
  readonly actions: Actions;
}

/** Play, step, epoch, reset. */
export function Transport({ isPlaying, isDisabled, actions }: TransportProps) {
  return (
    <div class="transport" role="toolbar" aria-label="Training">
      <button
        type="button"
        class="strong play"
        data-testid={isPlaying ? 'pause' : 'play'}
        aria-keyshortcuts="Space"
        disabled={isDisabled}
        onClick={actions.playOrPause}
      >
        {isPlaying ? '❚❚ Pause' : '▶ Play'}
      </button>
      <button
        type="button"
        data-testid="step"
        aria-keyshortcuts="s"
        disabled={isDisabled}
        onClick={actions.step}
      >
        Step
      </button>
      <button
        type="button"
        data-testid="epoch"
        aria-keyshortcuts="e"
        disabled={isDisabled}
        onClick={actions.epoch}
      >
        Epoch
      </button>
      <button
        type="button"
        data-testid="reset"
        aria-keyshortcuts="r"
        disabled={isDisabled}
        onClick={actions.reset}
      >
        Reset
      </button>
    </div>
  );
}

interface FiguresProps {
  readonly problem: Problem | undefined;
  readonly progress: Progress | undefined;
  readonly history: History;
}

/** How the run stands, in numbers. */
export function Figures({ problem, progress, history }: FiguresProps) {
  const last = history.points.at(-1);
  const isRegression = problem?.isRegression === true;
  const error =
    last === undefined ? '–' : isRegression ? precise(last.testLoss) : percent(1 - last.testAccuracy);
  const rate = progress?.samplesPerSecond ?? 0;
  return (
    <dl class="figures">
      <Figure name="Epoch" id="epoch-count" value={String(progress?.epoch ?? 0)} />
      <Figure name={isRegression ? 'Test loss' : 'Test error'} id="test-error" value={error} />
      <Figure name="Samples/s" id="rate" value={rate > 0 ? whole(rate) : '–'} />
      <Figure name="Engine" id="engine" value={problem?.engine ?? '–'} />
    </dl>
  );
}

function Figure({ name, id, value }: { name: string; id: string; value: string }) {
  return (
    <div class={`figure-${id}`}>
      <dt>{name}</dt>
      <dd data-testid={id}>{value}</dd>
    </div>
  );
}
