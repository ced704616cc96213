import { precise } from '../../format.js';
import { say } from '../../words/say.js';
import type { View } from '../view.js';
import { findSmallest, listFactors } from './list-factors.js';

interface FactorsProps {
  readonly view: View;
  readonly layer: number;
  readonly unit: number;
  readonly from: number;
}

/** BP4 as bars, one for each factor of the gradient. The smallest one is why the weight learns slowly. */
export function Factors({ view, layer, unit, from }: FactorsProps) {
  const factors = listFactors(view, layer, unit, from);
  const smallest = findSmallest(factors);
  const most = factors.reduce((largest, { value }) => Math.max(largest, Math.abs(value)), 1e-12);
  return (
    <figure class="factors" data-testid="factors" data-smallest={smallest.name}>
      <dl aria-label={say('factors.title')}>
        {factors.map(({ name, value }) => (
          <div key={name} class={name === smallest.name ? 'smallest' : ''}>
            <dt>{say(`factors.${name}`)}</dt>
            <dd>
              <span class="factor-bar" style={{ width: `${(100 * Math.abs(value)) / most}%` }} />
              <span>{precise(value)}</span>
            </dd>
          </div>
        ))}
      </dl>
      <figcaption>{say(`factors.smallest.${smallest.name}`)}</figcaption>
    </figure>
  );
}
