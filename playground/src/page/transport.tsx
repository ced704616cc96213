import type { Problem, Progress } from '../protocol.js';
import { percent, precise, whole } from '../format.js';
import type { History } from '../charts/history.js';
import { say } from '../words/say.js';

export interface Actions {
  readonly playOrPause: () => void;
  readonly step: () => void;
  readonly epoch: () => void;
  readonly reset: () => void;
}

interface TransportProps {
  readonly isPlaying: boolean;
  /** Whether the user has still to choose data to train on. */
  readonly isDisabled: boolean;
  readonly actions: Actions;
}

const others = [
  { name: 'step', key: 's' },
  { name: 'epoch', key: 'e' },
  { name: 'reset', key: 'r' },
] as const;

/** The buttons that control the training. */
export function Transport({ isPlaying, isDisabled, actions }: TransportProps) {
  return (
    <div class="transport" role="toolbar" aria-label={say('region.training')}>
      <button
        type="button"
        class="strong play"
        data-testid={isPlaying ? 'pause' : 'play'}
        aria-keyshortcuts="Space"
        disabled={isDisabled}
        onClick={actions.playOrPause}
      >
        {isPlaying ? `❚❚ ${say('transport.pause')}` : `▶ ${say('transport.play')}`}
      </button>
      {others.map(({ name, key }) => (
        <button
          key={name}
          type="button"
          data-testid={name}
          aria-keyshortcuts={key}
          disabled={isDisabled}
          onClick={actions[name]}
        >
          {say(`transport.${name}`)}
        </button>
      ))}
    </div>
  );
}

interface FiguresProps {
  readonly problem: Problem | undefined;
  readonly progress: Progress | undefined;
  readonly history: History;
}

/** The state of the run in numbers. */
export function Figures({ problem, progress, history }: FiguresProps) {
  const last = history.points.at(-1);
  const isRegression = problem?.isRegression === true;
  const error =
    last === undefined ? '–' : isRegression ? precise(last.testLoss) : percent(1 - last.testAccuracy);
  const rate = progress?.samplesPerSecond ?? 0;
  return (
    <dl class="figures">
      <Figure name={say('figures.epoch')} id="epoch-count" value={String(progress?.epoch ?? 0)} />
      <Figure
        name={say(isRegression ? 'figures.testLoss' : 'figures.testError')}
        id="test-error"
        value={error}
      />
      <Figure name={say('figures.rate')} id="rate" value={rate > 0 ? whole(rate) : '–'} />
      <Figure name={say('figures.engine')} id="engine" value={problem?.engine ?? '–'} />
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
