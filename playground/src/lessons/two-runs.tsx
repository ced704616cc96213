import { useEffect, useState } from 'preact/hooks';
import { startClient } from '../run/client.js';
import type { Failure } from '../run/failure.js';
import { Notices } from '../page/notices.js';
import type { LessonWords } from '../words/lessons-en.js';
import { sayFailures } from '../words/say.js';
import { neuron } from './lessons.js';

const EPOCHS = 300;
const WIDTH = 300;
const HEIGHT = 150;

const losses = ['quadratic', 'binaryCrossEntropy'] as const;

/** Trains the saturated neuron with both costs at once and draws its output after each epoch. */
export function TwoRuns({ words }: { words: LessonWords }) {
  const runs = losses.map(useOutputs);
  const y = (a: number): number => HEIGHT * (1 - a);
  return (
    <figure class="two-runs" data-testid="two-runs">
      <figcaption>{words.runs}</figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={words.runs}>
        <line class="half" x1={0} x2={WIDTH} y1={y(0.5)} y2={y(0.5)} />
        {runs.map(({ outputs }, i) => (
          <polyline
            key={i}
            class={`run-${i}`}
            points={outputs.map((a, epoch) => `${(WIDTH * epoch) / EPOCHS},${y(a)}`).join(' ')}
          />
        ))}
      </svg>
      <ul>
        {runs.map(({ outputs }, i) => {
          const halfway = outputs.findIndex((a) => a <= 0.5);
          return (
            <li key={i} class={`run-${i}`}>
              {i === 0 ? words['option.quadratic'] : words['option.crossEntropy']}:{' '}
              <b data-testid={`halfway-${losses[i]!}`}>{halfway < 0 ? '…' : halfway}</b> {words.epochs}
            </li>
          );
        })}
      </ul>
      <Notices messages={sayFailures(runs.find(({ failure }) => failure)?.failure)} />
    </figure>
  );
}

interface Outputs {
  /** Before training and after each epoch so far. */
  readonly outputs: readonly number[];
  readonly failure?: Failure;
}

/** Trains the neuron and follows its output. */
function useOutputs(loss: (typeof losses)[number]): Outputs {
  const [state, setState] = useState<Outputs>({ outputs: [] });
  useEffect(() => {
    const client = startClient();
    const seen: number[] = [];
    let frame = 0;
    client.subscribe((reply) => {
      if (reply.type === 'failed') setState((old) => ({ ...old, failure: reply }));
      if (reply.type !== 'opened' && reply.type !== 'progress') return;
      // the sample of the next step is the only one
      const output = reply.progress.next?.gradients.layers[0]!.activations[0];
      if (output === undefined) return;
      seen.push(output);
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => setState((old) => ({ ...old, outputs: [...seen] })));
    });
    client.send({ type: 'open', ...neuron(loss) });
    // all at once: the worker answers them in order
    for (let epoch = 0; epoch < EPOCHS; epoch++) client.send({ type: 'epoch' });
    return () => {
      cancelAnimationFrame(frame);
      client.close();
    };
  }, [loss]);
  return state;
}
