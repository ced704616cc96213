import { RangeFault, TypeFault } from '../errors.js';

interface Style {
  readonly color: string;
  readonly className: string;
}

/** How `toSVG` draws. */
export interface SVGOptions {
  /** Pixels. Default 400 and 250. */
  readonly width: number;
  readonly height: number;
  /** Of a unit, in pixels. Default 8. */
  readonly radius: number;
  readonly line: Style & { readonly width: number };
  /** The text beside each input; none by default. */
  readonly inputs: Style & { readonly labels?: readonly string[] | null };
  readonly hidden: Style;
  readonly outputs: Style;
  readonly fontSize: string;
  readonly fontClassName: string;
  /** Taken from the network. */
  readonly sizes?: readonly number[];
}

/** A network, its JSON, or its sizes. */
export type Drawable =
  | { readonly sizes: readonly number[] | null; readonly options?: object }
  | { readonly inputSize: number; readonly hiddenLayers: readonly number[]; readonly outputSize: number };

const defaults: SVGOptions = {
  line: { width: 0.5, color: 'black', className: 'connection' },
  inputs: { color: 'rgba(0, 128, 0, 0.5)', labels: null, className: 'input' },
  outputs: { color: 'rgba(100, 149, 237, 0.5)', className: 'output' },
  hidden: { color: 'rgba(255, 127, 80, 0.5)', className: 'hidden-neuron' },
  fontSize: '14px',
  fontClassName: 'label',
  radius: 8,
  width: 400,
  height: 250,
};

/**
 * Draws the units and connections of a network, as brain.js 2 does.
 * @throws TypeError, RangeError unless the sizes are known, and the labels as many as the inputs
 */
export function toSVG(net: Drawable, options: Partial<SVGOptions> = {}): string {
  const drawing = { ...defaults, ...options };
  const { width, height, radius, line, inputs, hidden, outputs, fontSize, fontClassName } = drawing;
  const sizes = findSizes(net);
  const { labels } = inputs;
  if (labels && labels.length !== sizes[0]) {
    throw new RangeFault({
      place: 'inputs.labels',
      problem: `not enough labels for inputs, or too many; expected ${sizes[0]}`,
    });
  }
  const columns = width / sizes.length;
  const x = (column: number): number => columns / 2 + column * columns;
  const y = (column: number, row: number): number => {
    const rows = height / sizes[column]!;
    return rows / 2 + row * rows;
  };
  const drawLine = (x1: number, y1: number, x2: number, y2: number, indent = ''): string => `<line
            ${indent}x1="${x1}"
            ${indent}y1="${y1}"
            ${indent}x2="${x2}"
            ${indent}y2="${y2}"
            ${indent}style="stroke:${line.color};stroke-width:${line.width}"
            ${indent}class="${line.className}" />`;
  const drawInput = (row: number): string => {
    const middle = y(0, row);
    const text = labels
      ? `<text
              x="${columns / 8}"
              y="${middle - 5}"
              fill="black"
              font-size="${fontSize}"
              class="${fontClassName}">${labels[row]!}</text>`
      : '';
    return `<rect
              x="${x(0) - radius}"
              y="${middle - radius}"
              width="${2 * radius}"
              height="${2 * radius}"
              stroke="black"
              stroke-width="1"
              fill="${inputs.color}"
              class="${inputs.className}" />
            ${drawLine(columns / 4, middle, x(0) - radius, middle, '  ')}${text}`;
  };
  const drawUnit = (column: number, row: number): string => {
    const isOutput = column === sizes.length - 1;
    const { color, className } = isOutput ? outputs : hidden;
    const middle = y(column, row);
    const circle = `<circle
            cx="${x(column)}"
            cy="${middle}"
            r="${radius}"
            stroke="black"
            stroke-width="1"
            fill="${color}"
            class="${className}" />`;
    const out = x(column) + radius;
    const end = isOutput
      ? `
          ${drawLine(out, middle, x(column) + columns / 4, middle)}`
      : '';
    const from = Array.from({ length: sizes[column - 1]! }, (_, k) =>
      drawLine(x(column - 1) + radius, y(column - 1, k), x(column) - radius, middle),
    );
    return circle + end + from.join('');
  };
  const body = sizes.flatMap((size, column) =>
    Array.from({ length: size }, (_, row) => (column === 0 ? drawInput(row) : drawUnit(column, row))),
  );
  return `<svg
            xmlns="http://www.w3.org/2000/svg"
            xmlns:xlink="http://www.w3.org/1999/xlink"
            version="1.1"
            width="${width}"
            height="${height}">${body.join('')}</svg>`;
}

function findSizes(net: Drawable): readonly number[] {
  const of = ('sizes' in net && net.sizes?.length) || !('options' in net) ? net : net.options;
  const { sizes, inputSize, hiddenLayers, outputSize } = of as Partial<Record<string, unknown>>;
  const hidden = Array.isArray(hiddenLayers) ? (hiddenLayers as unknown[]) : [];
  const found = Array.isArray(sizes) ? (sizes as unknown[]) : [inputSize, ...hidden, outputSize];
  const isSize = (size: unknown): size is number => typeof size === 'number' && size >= 1;
  if (found.length > 0 && found.every(isSize)) return found;
  const problem = 'sizes not set correctly';
  throw new TypeFault({ place: 'toSVG', problem, cure: 'train the network first' });
}
