import { precise, whole } from '../../format.js';
import type { Comparison } from '../../protocol.js';
import { say } from '../../words/say.js';

const WIDTH = 300;
const HEIGHT = 130;

/** The errors of two runs over their steps. */
export function ComparisonChart({ comparison }: { readonly comparison: Comparison }) {
  const { steps, asIs, cured, end } = comparison;
  const most = [...asIs, ...cured].reduce((largest, error) => Math.max(largest, error), 1e-12);
  const draw = (errors: readonly number[]): string =>
    errors
      .map((error, i) => `${(WIDTH * steps[i]!) / end},${HEIGHT - (HEIGHT - 6) * (error / most)}`)
      .join(' ');
  const last = steps.at(-1)!;
  const lines = [
    { name: 'asIs', errors: asIs },
    { name: 'cured', errors: cured },
  ] as const;
  const summary = say('slow.gain', {
    steps: whole(last),
    cured: describe(cured, steps),
    asIs: describe(asIs, steps),
  });
  return (
    <figure class="comparison" data-testid="comparison" data-done={last === end}>
      <figcaption>
        {lines.map(({ name, errors }) => (
          <span key={name} class={`comparison-key ${name}`}>
            <svg width="24" height="8" aria-hidden="true">
              <path d="M0 4h24" />
            </svg>
            {say(`slow.${name}`)} <b>{describe(errors, steps)}</b>
          </span>
        ))}
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={summary}>
        <path class="frame" d={`M0 0V${HEIGHT}H${WIDTH}`} />
        {lines.map(({ name, errors }) => (
          <polyline key={name} class={name} points={draw(errors)} />
        ))}
      </svg>
      <p class="comparison-axis">
        <span>{say('slow.error', { most: precise(most) })}</span>
        <span>{say('slow.steps', { end: whole(end) })}</span>
      </p>
    </figure>
  );
}

/** The last error of a run; '∞' if the run has diverged. */
function describe(errors: readonly number[], steps: readonly number[]): string {
  return errors.length < steps.length ? '∞' : precise(errors.at(-1)!);
}
