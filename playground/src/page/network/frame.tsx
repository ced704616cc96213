import type { Problem } from '../../protocol.js';
import { layerName, short } from '../../format.js';
import type { Phase } from '../phases.js';
import { nameOutputs } from '../view.js';
import type { Column, Size } from './geometry.js';
import type { Scene } from './scene.js';
import { say } from '../../words/say.js';

interface FrameProps {
  readonly problem: Problem;
  readonly columns: readonly Column[];
  readonly scene: Scene;
  readonly phase: Phase | undefined;
  readonly size: Size;
}

/** The names around the picture: layers above, inputs on the left, outputs on the right. */
export function Frame({ problem, columns, scene, phase, size }: FrameProps) {
  return (
    <g aria-hidden="true">
      {columns.map((column, c) => (
        <Heading key={c} problem={problem} column={column} c={c} pitch={measurePitch(columns)} />
      ))}
      <InputNames names={problem.inputNames} column={columns[0]!} isNarrow={size.width < 480} />
      <OutputNames problem={problem} column={columns.at(-1)!} scene={scene} size={size} />
      <Direction columns={columns} phase={phase} />
    </g>
  );
}

interface HeadingProps {
  readonly problem: Problem;
  readonly column: Column;
  readonly c: number;
  /** The distance between two layers, in pixels. */
  readonly pitch: number;
}

function Heading({ problem, column, c, pitch }: HeadingProps) {
  const isTight = pitch < 66;
  const layers = problem.activations.length;
  const name = c === 0 ? say('layer.inputs') : layerName(c - 1, layers);
  const shortName = say(c === 0 ? 'layer.inputsShort' : 'layer.outputsShort');
  return (
    <>
      <text class="heading" x={column.x} y={14}>
        {isTight && c > 0 && c < layers ? String(c) : isTight ? shortName : name}
      </text>
      {c > 0 && pitch > 46 && (
        <text class="name middle" x={column.x} y={28}>
          {cut(problem.activations[c - 1]!, isTight ? 5 : 9)}
        </text>
      )}
    </>
  );
}

interface InputNamesProps {
  readonly names: readonly string[];
  readonly column: Column;
  readonly isNarrow: boolean;
}

/** Short names stand left of the units, longer ones below them. */
function InputNames({ names, column: { x, ys, radius, reach }, isNarrow }: InputNamesProps) {
  const isShort = names.every((name) => measure(name) < 3);
  return (
    <>
      {names.slice(0, ys.length).map((name, k) =>
        isShort ? (
          <text key={name} class="name start" x={x - reach - 6} y={ys[k]! + 4}>
            {name}
          </text>
        ) : (
          <text key={name} class="name middle under" x={x} y={ys[k]! + radius + 11}>
            {cut(name, isNarrow ? 9 : 14)}
          </text>
        ),
      )}
    </>
  );
}

interface OutputNamesProps {
  readonly problem: Problem;
  readonly column: Column;
  readonly scene: Scene;
  readonly size: Size;
}

function OutputNames({ problem, column, scene, size }: OutputNamesProps) {
  const x = column.x + Math.max(column.radius, column.reach) + 6;
  const looks = scene.units.at(-1)!;
  const names = nameOutputs(problem);
  return (
    <>
      {column.ys.map((y, j) => {
        const notes = looks[j]!.notes.slice(0, column.beside);
        const first = y + 4 - 6.5 * notes.length;
        const target = scene.targets === undefined ? '' : `y=${short(scene.targets[j]!)}`;
        return (
          <text key={j} class="name end" x={x} y={first}>
            {outputName(names[j] ?? '', target, size.width < 480)}
            {notes.map((note) => (
              <tspan key={note} x={x} dy={13}>
                {note}
              </tspan>
            ))}
          </text>
        );
      })}
    </>
  );
}

/** The name and the target; only the target if both don't fit. */
function outputName(name: string, target: string, isNarrow: boolean): string {
  if (target === '') return cut(name, isNarrow ? 7 : 12);
  if (isNarrow && name.length > 1) return target;
  return `${cut(name, 8)} ${target}`;
}

/** An arrow above the two layers between which a or δ flows. */
function Direction({ columns, phase }: { columns: readonly Column[]; phase: Phase | undefined }) {
  if (phase?.layer === undefined || phase.name === 'BP1') return null;
  const isBack = phase.name === 'BP2';
  const from = columns[isBack ? phase.layer + 1 : phase.layer]!;
  const to = columns[isBack ? phase.layer + 2 : phase.layer + 1]!;
  if (to.x - from.x < 110) return null; // it would touch the headings
  const middle = (from.x + to.x) / 2;
  return (
    <text class={`direction ${isBack ? 'backward' : 'forward'}`} x={middle} y={18}>
      {isBack ? '⟵ δ' : 'a ⟶'}
    </text>
  );
}

function measurePitch(columns: readonly Column[]): number {
  return columns[1]!.x - columns[0]!.x;
}

/** Cuts a text to a width in letters. */
function cut(text: string, width: number): string {
  if (measure(text) <= width) return text;
  const characters = Array.from(text);
  while (measure(characters) > width - 1) characters.pop();
  return `${characters.join('')}…`;
}

/** The width of a text in letters: a Chinese character is as wide as two. */
function measure(characters: Iterable<string>): number {
  return Array.from(characters).reduce((width, character) => width + (character >= '\u2e80' ? 2 : 1), 0);
}
