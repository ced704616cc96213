import { ranges } from '../../run/choices.js';
import { say } from '../../words/say.js';

interface LayersProps {
  readonly hidden: readonly number[];
  readonly onChange: (hidden: readonly number[]) => void;
}

const [, MOST_LAYERS] = ranges.hiddenLayers;
const [, MOST_UNITS] = ranges.units;

/** The number of hidden layers and the units of each. */
export function Layers({ hidden, onChange }: LayersProps) {
  const set = (index: number, units: number): void =>
    onChange(hidden.map((old, i) => (i === index ? Math.min(MOST_UNITS, Math.max(1, units)) : old)));
  return (
    <fieldset class="layers">
      <legend>{say('layers.title')}</legend>
      <ol>
        {hidden.map((units, i) => (
          <li key={i}>
            <span class="layer-name">{i + 1}</span>
            <button
              type="button"
              aria-label={say('layers.removeUnit', { n: i + 1 })}
              disabled={units <= 1}
              onClick={() => set(i, units - 1)}
            >
              −
            </button>
            <input
              type="number"
              aria-label={say('layers.units', { n: i + 1 })}
              min={1}
              max={MOST_UNITS}
              value={units}
              onChange={(event) => set(i, Math.round(event.currentTarget.valueAsNumber) || units)}
            />
            <button
              type="button"
              aria-label={say('layers.addUnit', { n: i + 1 })}
              disabled={units >= MOST_UNITS}
              onClick={() => set(i, units + 1)}
            >
              +
            </button>
            <button
              type="button"
              class="quiet"
              aria-label={say('layers.remove', { n: i + 1 })}
              onClick={() => onChange(hidden.filter((_, other) => other !== i))}
            >
              ✕
            </button>
          </li>
        ))}
      </ol>
      <button
        type="button"
        class="add"
        disabled={hidden.length >= MOST_LAYERS}
        onClick={() => onChange([...hidden, hidden.at(-1) ?? 4])}
      >
        {say('layers.add')}
      </button>
    </fieldset>
  );
}
