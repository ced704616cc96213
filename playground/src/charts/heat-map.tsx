import type { JSX } from 'preact';
import { useId, useMemo, useState } from 'preact/hooks';
import { layerName, percent, precise, whole } from '../format.js';
import { Canvas, type Draw } from './canvas.js';
import { epochsToAColumn, heatColumns, logarithmicEnds, type HeatColumn } from './heat-columns.js';
import { heatColor, heatGradient } from './heat-colors.js';
import { lastEpochShown, type History } from './history.js';
import { useColors } from './colors.js';
import { say } from '../words/say.js';
import './heat-map.css';

const MOST_COLUMNS = 100;

/** The quantity shown: the size of δ, or the share of saturated units. */
type Quantity = 'delta' | 'saturated';

/** A color scale: places a value from 0 to 1, and lists and formats the labels below it. */
interface Scale {
  readonly place: (value: number) => number;
  readonly marks: readonly number[];
  readonly write: (value: number) => string;
}

interface Cell {
  /** Indices of the column and the layer. */
  readonly column: number;
  readonly layer: number;
}

export interface HeatMapProps {
  readonly history: History;
  /** The number of layers without the inputs. */
  readonly layerCount: number;
}

/**
 * How fast each layer learns, as a heat map of layers × epochs. The output layer, where δ starts, is on top.
 * Fills the width of its container; the height depends only on the width.
 */
export function HeatMap({ history, layerCount }: HeatMapProps): JSX.Element {
  const colors = useColors();
  const [quantity, setQuantity] = useState<Quantity>('delta');
  const [picked, setPicked] = useState<Cell>();
  const lastEpoch = lastEpochShown(history.points.at(-1)?.epoch ?? 0);
  const each = epochsToAColumn(lastEpoch, MOST_COLUMNS);
  const columns = useMemo(
    () => heatColumns(history.points, each).filter(({ delta }) => delta.length === layerCount),
    [history, each, layerCount],
  );
  const scale = useMemo(() => chooseScale(quantity, columns), [quantity, columns]);
  const columnCount = Math.ceil(lastEpoch / each);
  const cell = picked && columns[picked.column] && picked.layer < layerCount ? picked : undefined;

  const draw: Draw = (context, width, height) => {
    context.fillStyle = colors.sunk;
    context.fillRect(0, 0, width, height);
    const box = (column: HeatColumn, layer: number): [number, number, number, number] => {
      const left = ((column.first - 1) / each / columnCount) * width;
      const top = ((layerCount - 1 - layer) / layerCount) * height;
      const share = Math.ceil((column.last - column.first + 1) / each) / columnCount;
      // a quarter of a pixel wider, to hide the seams between columns
      return [left, top, share * width + 0.25, height / layerCount - 1];
    };
    for (const column of columns) {
      column[quantity].forEach((value, layer) => {
        context.fillStyle = heatColor(scale.place(value));
        context.fillRect(...box(column, layer));
      });
    }
    if (!cell) return;
    const [left, top, boxWidth, boxHeight] = box(columns[cell.column]!, cell.layer);
    context.strokeStyle = colors.paper;
    context.lineWidth = 4;
    context.strokeRect(left, top, boxWidth, boxHeight);
    context.strokeStyle = colors.ink;
    context.lineWidth = 2;
    context.strokeRect(left, top, boxWidth, boxHeight);
  };

  const pickAt = (event: PointerEvent & { currentTarget: HTMLCanvasElement }): void => {
    const { left, top, width, height } = event.currentTarget.getBoundingClientRect();
    const epoch = Math.floor(((event.clientX - left) / width) * columnCount) * each + 1;
    const layer = layerCount - 1 - Math.floor(((event.clientY - top) / height) * layerCount);
    const column = columns.findIndex(({ first, last }) => first <= epoch && epoch <= last);
    const isThere = column >= 0 && layer >= 0 && layer < layerCount;
    setPicked(isThere ? { column, layer } : undefined);
  };
  const pickByKey = (event: KeyboardEvent): void => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (!step || columns.length === 0) return;
    event.preventDefault();
    const from = cell ?? lastCell(columns, layerCount);
    setPicked({
      column: Math.min(columns.length - 1, Math.max(0, from.column + step[0]!)),
      layer: Math.min(layerCount - 1, Math.max(0, from.layer + step[1]!)),
    });
  };

  const reading = cell ? describeCell(columns[cell.column]!, cell.layer, quantity) : undefined;
  const summary = summarize(columns, quantity);
  return (
    <figure class="heat-map">
      <Switch quantity={quantity} choose={setQuantity} />
      <div class="heat-map-plot">
        <ol class="heat-map-layers" aria-hidden="true">
          {Array.from({ length: layerCount }, (_, i) => (
            <li key={i}>{layerName(layerCount - 1 - i, layerCount)}</li>
          ))}
        </ol>
        <Canvas
          draw={draw}
          when={[columns, columnCount, layerCount, quantity, colors, cell]}
          role="img"
          tabIndex={0}
          aria-label={say('heat.title', { summary })}
          onPointerMove={pickAt}
          onPointerDown={pickAt}
          onPointerLeave={() => setPicked(undefined)}
          onFocus={() => columns.length > 0 && setPicked((now) => now ?? lastCell(columns, layerCount))}
          onBlur={() => setPicked(undefined)}
          onKeyDown={pickByKey}
        />
        <div class="heat-map-epochs" aria-hidden="true">
          <span>1</span>
          <span>{say('heat.epoch')}</span>
          <span>{whole(columnCount * each)}</span>
        </div>
      </div>
      <div class="heat-map-legend" aria-hidden="true">
        <div style={{ background: heatGradient }} />
        <p>
          {scale.marks.map((mark) => (
            <span key={mark} style={{ left: `${100 * scale.place(mark)}%` }}>
              {scale.write(mark)}
            </span>
          ))}
        </p>
      </div>
      <figcaption aria-live={reading ? 'polite' : 'off'}>{reading ?? summary}</figcaption>
    </figure>
  );
}

function Switch(props: {
  readonly quantity: Quantity;
  readonly choose: (quantity: Quantity) => void;
}): JSX.Element {
  const name = useId();
  const option = (quantity: Quantity): JSX.Element => (
    <label>
      <input
        type="radio"
        name={name}
        checked={props.quantity === quantity}
        onChange={() => props.choose(quantity)}
      />
      <span>{say(`heat.${quantity}`)}</span>
    </label>
  );
  return (
    <fieldset class="heat-map-switch">
      <legend>{say('heat.shows')}</legend>
      {option('delta')}
      {option('saturated')}
    </fieldset>
  );
}

const lastCell = (columns: readonly HeatColumn[], layerCount: number): Cell => ({
  column: columns.length - 1,
  layer: layerCount - 1,
});

function chooseScale(quantity: Quantity, columns: readonly HeatColumn[]): Scale {
  if (quantity === 'saturated') {
    return { place: (share) => share, marks: [0, 0.5, 1], write: (share) => `${100 * share}%` };
  }
  const [low, high] = logarithmicEnds(columns.flatMap(({ delta }) => delta));
  const place = (delta: number): number => Math.log(delta / low) / Math.log(high / low);
  const powers = Array.from({ length: 400 }, (_, i) => Number(`1e${i - 200}`));
  const between = powers.filter((power) => place(power) > 0.15 && place(power) < 0.85);
  // three labels fit between the ends
  const every = Math.ceil(between.length / 3);
  return { place, marks: [low, ...between.filter((_, i) => i % every === 0), high], write: power };
}

/** 0.002 or 2·10⁻⁵ */
function power(value: number): string {
  if (value >= 1e-3 && value < 1e4) return String(value);
  const [factor, exponent] = value.toExponential().split('e');
  const raised = Array.from(exponent!, (sign) => ({ '-': '⁻', '+': '' })[sign] ?? '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(sign)]);
  return `${factor === '1' ? '' : `${factor}·`}10${raised.join('')}`;
}

function describeCell(column: HeatColumn, layer: number, quantity: Quantity): string {
  const { first, last } = column;
  const epochs =
    first === last
      ? say('heat.oneEpoch', { first: whole(first) })
      : say('heat.epochs', { first: whole(first), last: whole(last) });
  const value =
    quantity === 'delta'
      ? say('heat.deltaIs', { delta: precise(column.delta[layer]!) })
      : describeSaturation(column.saturated[layer]!);
  return say('heat.cell', { epochs, layer: layerName(layer, column.delta.length), value });
}

const describeSaturation = (share: number): string => say('heat.saturatedIs', { share: percent(share) });

/** Describes the latest column in a sentence. */
function summarize(columns: readonly HeatColumn[], quantity: Quantity): string {
  const latest = columns.at(-1);
  if (!latest) return say('heat.none');
  const { delta, saturated } = latest;
  if (quantity === 'saturated') {
    const most = saturated.indexOf(Math.max(...saturated));
    const layer = layerName(most, saturated.length);
    return say('heat.mostSaturated', { layer, value: describeSaturation(saturated[most]!) });
  }
  const [first, output] = [delta[0]!, delta.at(-1)!];
  if (delta.length === 1) return say('heat.oneLayer', { delta: precise(output) });
  const times = output / first;
  if (!(times > 0 && times < Infinity))
    return say('heat.two', { first: precise(first), output: precise(output) });
  if (times < 1.5 && times > 1 / 1.5) return say('heat.equal');
  return times > 1
    ? say('heat.smaller', { times: precise(times) })
    : say('heat.larger', { times: precise(1 / times) });
}
