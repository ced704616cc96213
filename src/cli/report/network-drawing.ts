import type { Network } from '../../network.js';
import { formatCount, groupDigits } from '../terminal/format.js';
import { coordinate } from './axis.js';
import { html, numbersTable, type Content, type Markup } from './html.js';

/** The structure of a network. */
export interface Shape {
  readonly inputs: number;
  readonly loss: string;
  readonly layers: readonly {
    readonly units: number;
    readonly activation: string;
    /** Weights and biases. */
    readonly parameters: number;
    readonly dropout?: number | undefined;
  }[];
}

/** @throws StateError after `dispose` */
export function describeShape(net: Network): Shape {
  const layers = net.layers.map(({ units, activation, weights, biases }) => ({
    ...{ units, activation },
    parameters: weights.length + biases.length,
  }));
  return { inputs: net.inputs, loss: net.loss, layers };
}

/** The distance between layers, and the margins, in units of the picture. */
const STEP = 130;
const MARGIN = 55;
const HEIGHT = 190;
/** More layers aren't drawn, only listed. */
const MOST_LAYERS = 8;
/** Of more units, the middle ones are left out. */
const MOST_DOTS = 9;

/** A drawing of the network, and a table of its layers. */
export function shapeSection({ inputs, loss, layers }: Shape): Markup {
  const total = layers.reduce((sum, { parameters }) => sum + parameters, 0);
  let fanIn = inputs;
  const rows = layers.map(({ units, activation, parameters }, l) => {
    const row = html`<tr>
      <th scope="row">layers[${l}]</th>
      <td>${groupDigits(units)}</td>
      <td class="word">${activation}</td>
      <td>${groupDigits(units * fanIn)}</td>
      <td>${groupDigits(units)}</td>
      <td>${groupDigits(parameters)}</td>
    </tr>`;
    fanIn = units;
    return row;
  });
  return html`${
      layers.length <= MOST_LAYERS &&
      html`<div class="drawing scroll">
        ${drawing([inputs, ...layers.map(({ units }) => units)], layers)}
      </div>`
    }
    ${numbersTable(['layer', 'units', { word: 'activation' }, 'weights', 'biases', 'parameters'], rows)}
    <p class="aside">
      ${formatCount(inputs, 'input')}, ${formatCount(total, 'parameter')} in all; loss ${loss}.
    </p>`;
}

function drawing(sizes: readonly number[], layers: Shape['layers']): Markup {
  const width = 2 * MARGIN + (sizes.length - 1) * STEP;
  const columns = sizes.map((size, l) => {
    const dots = Math.min(size, MOST_DOTS);
    const gap = Math.min(18, 150 / dots);
    return Array.from({ length: dots }, (_, i) => ({
      x: coordinate(MARGIN + l * STEP),
      y: coordinate(HEIGHT / 2 - 12 + (i - (dots - 1) / 2) * gap),
      isLeftOut: size > MOST_DOTS && i === (dots - 1) / 2,
    }));
  });
  const edges = columns
    .slice(1)
    .flatMap((column, l) =>
      columns[l]!.flatMap((from) =>
        column.map(
          (to): Content => !from.isLeftOut && !to.isLeftOut && html`M${from.x} ${from.y}L${to.x} ${to.y}`,
        ),
      ),
    );
  const names = ['inputs', ...layers.map(({ activation }) => activation)];
  return html`<svg
    class="network${sizes.length > 4 && ' wide'}"
    width="${Math.round(1.4 * width)}"
    viewBox="0 0 ${width} ${HEIGHT}"
    role="img"
    aria-label="${sizes.map((size, l) => `${size} ${names[l]!}`).join(', then ')}"
  >
    <path class="edges" d="${edges}" />
    ${columns.flat().map(({ x, y, isLeftOut }) => (isLeftOut ? html`<text x="${x}" y="${y + 5}" text-anchor="middle">⋮</text>` : html`<circle cx="${x}" cy="${y}" r="5.5" />`))}
    ${sizes.map((size, l) => html`<text x="${columns[l]![0]!.x}" y="${HEIGHT - 16}" text-anchor="middle" class="count">${groupDigits(size)}</text><text x="${columns[l]![0]!.x}" y="${HEIGHT - 2}" text-anchor="middle" class="name">${names[l]}</text>`)}
  </svg>`;
}
