import { useId } from 'preact/hooks';

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly T[];
  readonly onChange: (value: T) => void;
  readonly isDisabled?: boolean;
}

/** A choice of one name from a list. */
export function Choice<T extends string>({ label, value, options, onChange, isDisabled }: ChoiceProps<T>) {
  return (
    <label class="field">
      <span>{label}</span>
      <select
        value={value}
        disabled={isDisabled ?? false}
        onChange={(event) => {
          const chosen = options.find((option) => option === event.currentTarget.value);
          if (chosen !== undefined) onChange(chosen);
        }}
      >
        {options.map((option) => (
          <option key={option} value={option}>
            {option}
          </option>
        ))}
      </select>
    </label>
  );
}

interface AmountProps {
  readonly label: string;
  readonly value: number;
  /** The least and the largest value allowed. */
  readonly range: readonly [number, number];
  readonly step: number | 'any';
  /** Suggested in a list below the box. */
  readonly common?: readonly number[];
  readonly isWhole?: boolean;
  readonly onChange: (value: number) => void;
}

/** A number, applied when the user leaves the box or presses Enter. It's clamped to its range. */
export function Amount({ label, value, range: [min, max], step, common, isWhole, onChange }: AmountProps) {
  const list = useId();
  return (
    <label class="field">
      <span>{label}</span>
      <input
        type="number"
        inputMode="decimal"
        value={value}
        min={min}
        max={max}
        step={step}
        list={common === undefined ? undefined : list}
        onChange={(event) => {
          const given = event.currentTarget.valueAsNumber;
          const bounded = Math.min(max, Math.max(min, isWhole === true ? Math.round(given) : given));
          if (Number.isNaN(bounded)) event.currentTarget.value = String(value);
          else {
            event.currentTarget.value = String(bounded);
            onChange(bounded);
          }
        }}
      />
      {common !== undefined && (
        <datalist id={list}>
          {common.map((number) => (
            <option key={number} value={number} />
          ))}
        </datalist>
      )}
    </label>
  );
}

interface SliderProps {
  readonly label: string;
  readonly value: number;
  readonly min?: number;
  readonly max: number;
  readonly step: number;
  readonly onChange: (value: number) => void;
}

/** A number from `min`, 0 by default, to `max`. */
export function Slider({ label, value, min = 0, max, step, onChange }: SliderProps) {
  return (
    <label class="field slider">
      <span>
        {label} <output>{value}</output>
      </span>
      <input
        type="range"
        aria-label={label}
        value={value}
        min={min}
        max={max}
        step={step}
        onChange={(event) => onChange(event.currentTarget.valueAsNumber)}
      />
    </label>
  );
}
