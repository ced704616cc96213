import type { JSX } from 'preact';
import { say } from '../words/say.js';

interface Props {
  readonly classNames: readonly string[];
  /** The outputs, each from 0 to 1. */
  readonly answer: Float32Array | undefined;
}

/** The outputs as bars. The largest is marked with an arrow, in bold and in text. */
export function Answers({ classNames, answer }: Props): JSX.Element {
  const best = answer ? answer.indexOf(Math.max(...answer)) : -1;
  return (
    <div class="answers">
      <p>
        {say('draw.prediction')} <output data-testid="draw-answer">{classNames[best]}</output>
      </p>
      <ol>
        {classNames.map((name, c) => {
          const share = Math.round(100 * (answer?.[c] ?? 0));
          return (
            <li key={name} class={c === best ? 'answers-best' : undefined}>
              <span>{name}</span>
              <span class="answers-bar">
                <span style={{ width: `${share}%` }} />
              </span>
              <span>{answer ? share : ''}</span>
              <span aria-hidden="true">{c === best ? '◀' : ''}</span>
            </li>
          );
        })}
      </ol>
    </div>
  );
}
