import { render } from 'preact';
import { precise, subscript, superscript } from '../format.js';
import { say } from '../words/say.js';
import { isMatched } from './explain.js';
import { readLayer, sampleTargets, type View } from './view.js';
import './worksheet.css';

/** Prints one sample's way through the equations, with blanks for what the student computes, or with the numbers: the key. */
export function printWorksheet(view: View, isKey: boolean, link: string): void {
  const sheet = document.createElement('div');
  sheet.className = 'worksheet';
  document.body.append(sheet);
  render(<Worksheet view={view} isKey={isKey} link={link} />, sheet);
  addEventListener('afterprint', () => sheet.remove(), { once: true });
  print();
}

interface WorksheetProps {
  readonly view: View;
  readonly isKey: boolean;
  readonly link: string;
}

function Worksheet({ view, isKey, link }: WorksheetProps) {
  const layers = Array.from(view.problem.activations.keys());
  const groups = [
    {
      title: say('phase.forward'),
      rows: [...layers.flatMap((layer) => forward(view, layer)), cost(view)],
      layout: 'pairs',
    },
    { title: 'BP1', rows: outputErrors(view) },
    {
      title: 'BP2',
      rows: layers
        .slice(0, -1)
        .reverse()
        .flatMap((layer) => hiddenErrors(view, layer)),
    },
    { title: 'BP3', rows: layers.flatMap((layer) => biasGradients(view, layer)), layout: 'short' },
    { title: 'BP4', rows: layers.flatMap((layer) => weightGradients(view, layer)), layout: 'short' },
    {
      title: say('phase.update'),
      rows: isPlain(view) ? layers.flatMap((layer) => updates(view, layer)) : [],
      layout: 'short',
    },
  ].filter(({ rows }) => rows.length > 0);
  return (
    <>
      <header>
        <h1>{say(isKey ? 'sheet.key' : 'sheet.title')}</h1>
        {!isKey && (
          <p>
            {say('sheet.name')} <span class="blank wide" />
          </p>
        )}
      </header>
      <Picture view={view} isKey={isKey} />
      {groups.map(({ title, rows, layout = '' }) => (
        <section key={title}>
          <h2>{title}</h2>
          <ol class={layout}>
            {rows.map(({ text, value }) => (
              <li key={text}>
                {text} = {isKey ? <b>{precise(value)}</b> : <span class="blank" />}
              </li>
            ))}
          </ol>
        </section>
      ))}
      <footer>{link}</footer>
    </>
  );
}

interface Row {
  readonly text: string;
  readonly value: number;
}

const index = (layer: number, unit: number): string => superscript(layer) + subscript(unit);
const pair = (layer: number, unit: number, from: number): string => index(layer, unit) + subscript(from);
const paren = (x: number): string => (x < 0 ? `(${precise(x)})` : precise(x));

/** An activation of the layer below: a number if it's an input, and otherwise the name of what the student has computed. */
function below(view: View, layer: number, from: number): string {
  return layer === 0 ? paren(readLayer(view, 0).inputs[from]!) : `a${index(layer - 1, from)}`;
}

function forward(view: View, layer: number): Row[] {
  const { before, inputs, z, a, activation } = readLayer(view, layer);
  return Array.from(z).flatMap((value, unit): Row[] => {
    const terms = Array.from(inputs, (_, from) => {
      return `${paren(before.weights[unit * inputs.length + from]!)}·${below(view, layer, from)}`;
    });
    return [
      { text: `z${index(layer, unit)} = ${terms.join(' + ')} + ${paren(before.biases[unit]!)}`, value },
      {
        text: `a${index(layer, unit)} = ${activation === 'softmax' ? 'softmax' : 'σ'}(z${index(layer, unit)})`,
        value: a[unit]!,
      },
    ];
  });
}

function cost({ walk, sample }: View): Row {
  return { text: 'C', value: walk.costs.before[sample]! };
}

function outputErrors(view: View): Row[] {
  const last = view.problem.activations.length - 1;
  const y = sampleTargets(view);
  const isShort = !view.problem.isRegression && isMatched(view.settings.loss);
  return Array.from(readLayer(view, last).delta, (value, unit) => {
    const at = index(last, unit);
    const difference = `a${at} − ${precise(y[unit]!)}`;
    return { text: `δ${at} = ${isShort ? difference : `(${difference})·σ′(z${at})`}`, value };
  });
}

function hiddenErrors(view: View, layer: number): Row[] {
  const { delta } = readLayer(view, layer);
  const next = readLayer(view, layer + 1);
  return Array.from(delta, (value, unit) => {
    const terms = Array.from(next.delta, (_, k) => {
      return `${paren(next.before.weights[k * delta.length + unit]!)}·δ${index(layer + 1, k)}`;
    });
    return { text: `δ${index(layer, unit)} = (${terms.join(' + ')})·σ′(z${index(layer, unit)})`, value };
  });
}

function biasGradients(view: View, layer: number): Row[] {
  return Array.from(readLayer(view, layer).delta, (value, unit) => ({
    text: `∂C/∂b${index(layer, unit)} = δ${index(layer, unit)}`,
    value,
  }));
}

function weightGradients(view: View, layer: number): Row[] {
  const { delta, inputs } = readLayer(view, layer);
  return Array.from(delta).flatMap((d, unit) =>
    Array.from(inputs, (a, from) => ({
      text: `∂C/∂w${pair(layer, unit, from)} = δ${index(layer, unit)}·${below(view, layer, from)}`,
      value: Math.fround(d * a),
    })),
  );
}

function updates(view: View, layer: number): Row[] {
  const { before, after, inputs } = readLayer(view, layer);
  return Array.from(before.weights, (old, at) => {
    const name = `w${pair(layer, Math.floor(at / inputs.length), at % inputs.length)}`;
    return {
      text: `${name} ← ${precise(old)} − ${view.walk.learningRate}·∂C/∂${name}`,
      value: after.weights[at]!,
    };
  });
}

/** Whether the update is a step of plain gradient descent on this sample alone. */
function isPlain({ walk, settings: { optimizer, l1, l2, dropout } }: View): boolean {
  return walk.isTrained && walk.count === 1 && optimizer === 'sgd' && l1 === 0 && l2 === 0 && dropout === 0;
}

const [WIDTH, HEIGHT, MARGIN] = [640, 250, 60];

/** The network with its weights and biases; the key also has the activations. */
function Picture({ view, isKey }: Pick<WorksheetProps, 'view' | 'isKey'>) {
  const { sizes } = view.problem;
  const x = (column: number): number => MARGIN + (column * (WIDTH - 2 * MARGIN)) / (sizes.length - 1);
  const y = (column: number, unit: number): number => ((unit + 0.5) * HEIGHT) / sizes[column]!;
  const layers = sizes.slice(1).map((_, layer) => readLayer(view, layer));
  const { inputs } = layers[0]!;
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT + 16}`}>
      {layers.map(({ before: { weights } }, layer) =>
        Array.from(weights, (w, at) => {
          const [unit, from] = [Math.floor(at / sizes[layer]!), at % sizes[layer]!];
          const [x1, y1, x2, y2] = [x(layer), y(layer, from), x(layer + 1), y(layer + 1, unit)];
          const share = sizes[layer + 1]! > sizes[layer]! ? 0.68 : 0.32;
          return (
            <g key={at}>
              <line {...{ x1, y1, x2, y2 }} stroke-dasharray={w < 0 ? '5 3' : undefined} />
              <text class="weight" x={x1 + share * (x2 - x1)} y={y1 + share * (y2 - y1) + 4}>
                {precise(w)}
              </text>
            </g>
          );
        }),
      )}
      {sizes.map((units, column) =>
        Array.from({ length: units }, (_, unit) => {
          const [cx, cy] = [x(column), y(column, unit)];
          const layer = layers[column - 1];
          const a = layer?.a[unit] ?? inputs[unit]!;
          return (
            <g key={`${column} ${unit}`}>
              <ellipse cx={cx} cy={cy} rx={30} ry={15} />
              <text x={cx} y={cy + 5}>
                {layer === undefined || isKey ? precise(a) : `a${index(column - 1, unit)}`}
              </text>
              {layer && (
                <text class="bias" x={cx} y={cy + 29}>
                  b = {precise(layer.before.biases[unit]!)}
                </text>
              )}
              {column === sizes.length - 1 && (
                <text class="bias" x={cx} y={cy - 20}>
                  y = {precise(sampleTargets(view)[unit]!)}
                </text>
              )}
            </g>
          );
        }),
      )}
    </svg>
  );
}
