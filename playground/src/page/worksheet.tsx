import { render } from 'preact';
import { precise, unitIndex } from '../format.js';
import { say } from '../words/say.js';
import { listExercises } from './exercises.js';
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
      {listExercises(view).map(({ title, rows, layout = '' }) => (
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
                {layer === undefined || isKey ? precise(a) : `a${unitIndex(column - 1, unit)}`}
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
