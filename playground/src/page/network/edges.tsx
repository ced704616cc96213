import { short } from '../../format.js';
import type { Parameter } from '../../protocol.js';
import type { Place } from '../view.js';
import { dragValue } from '../../drag.js';
import type { Column } from './geometry.js';
import type { EdgesLook, Scene } from './scene.js';
import type { Spotlight } from './spotlight.js';
import type { Editing } from './units.js';

interface EdgesProps {
  readonly scene: Scene;
  readonly columns: readonly Column[];
  /** Whether the first layer's edges start at an image instead of units. */
  readonly hasImage: boolean;
  readonly spotlight: Spotlight | undefined;
}

/** All edges between drawn units. Color and dashes show the sign, width shows the magnitude. */
export function Edges({ scene, columns, hasImage, spotlight }: EdgesProps) {
  const layers = scene.edges.map((look, layer) => ({ look, layer }));
  return (
    <g aria-hidden="true">
      {layers.map(({ look, layer }) =>
        layer === 0 && hasImage ? (
          <Rays key={layer} from={columns[0]!} to={columns[1]!} flow={look.flow} />
        ) : (
          <Bundle
            key={layer}
            look={look}
            layer={layer}
            scene={scene}
            columns={columns}
            spotlight={spotlight}
          />
        ),
      )}
    </g>
  );
}

/** Plain lines from the image to each unit of the first layer. Its weights are drawn as images beside the units. */
function Rays({ from, to, flow }: { from: Column; to: Column; flow: EdgesLook['flow'] }) {
  return (
    <>
      {to.ys.map((y) => {
        const ends = { x1: from.x + from.radius, y1: from.ys[0]!, x2: to.x, y2: y };
        return (
          <>
            <line class="ray" {...ends} />
            {flow !== 'none' && <line class={`flow ${flow}`} {...ends} />}
          </>
        );
      })}
    </>
  );
}

interface BundleProps {
  readonly look: EdgesLook;
  readonly layer: number;
  readonly scene: Scene;
  readonly columns: readonly Column[];
  readonly spotlight: Spotlight | undefined;
}

/** Of more edges, only the largest are drawn. */
const MOST_EDGES = 1200;

/** The edges that lead into a layer. */
function Bundle({ look, layer, scene, columns, spotlight }: BundleProps) {
  const [from, to] = [columns[layer]!, columns[layer + 1]!];
  const fanIn = look.values.length / (to.ys.length + to.more);
  const all = pairsOf(from, to);
  const sizes = all.map(({ j, k }) => Math.abs(look.values[j * fanIn + k]!));
  const scale = sizes.reduce((most, size) => Math.max(most, size), 1e-12);
  const least = all.length > MOST_EDGES ? [...sizes].sort((a, b) => b - a)[MOST_EDGES]! : 0;
  const pairs = all.filter((_, i) => sizes[i]! >= least);
  return (
    <>
      {pairs.map(({ j, k, y1, y2 }) => {
        const value = look.values[j * fanIn + k]!;
        const size = Math.abs(value) / scale;
        const isMain = isSubjects(scene, layer, j, k);
        const isLit = spotlight?.hasEdge(layer, j, k);
        const ends = { x1: from.x, y1, x2: to.x, y2 };
        return (
          <>
            <line
              class={value < 0 ? 'edge negative' : 'edge positive'}
              {...ends}
              stroke-width={(isMain ? 1.6 : 0.6) + 4.4 * size}
              opacity={isLit === undefined ? chooseOpacity(look, scene, isMain, size) : isLit ? 1 : 0.08}
            />
          </>
        );
      })}
    </>
  );
}

function chooseOpacity(look: EdgesLook, scene: Scene, isMain: boolean, size: number): number {
  if (look.isDim) return 0.08 + 0.1 * size;
  if (scene.labels !== 'none' && scene.labels !== 'all' && !isMain) return 0.1 + 0.3 * size;
  return (isMain ? 0.6 : 0.3) + (isMain ? 0.4 : 0.7) * size;
}

/** Whether the explanation is about the edge from unit k to unit j of a layer. */
function isSubjects({ labels, subject }: Scene, layer: number, j: number, k: number): boolean {
  if (subject === undefined || labels === 'none' || labels === 'all') return false;
  return labels === 'in'
    ? subject.layer === layer && subject.unit === j
    : subject.layer === layer - 1 && subject.unit === k;
}

/** The least distance between two layers that leaves room for numbers, in pixels. */
const NARROWEST = 64;

/** The numbers of the subject's edges, each near the other end, where the edges are apart. */
export function EdgeLabels(props: EdgesProps) {
  const { scene, columns, hasImage, spotlight } = props;
  if (scene.labels === 'all') return <AllLabels {...props} />;
  if (scene.subject === undefined || scene.labels === 'none') return null;
  const layer = scene.labels === 'in' ? scene.subject.layer : scene.subject.layer + 1;
  if (layer === 0 && hasImage) return null;
  const [from, to] = [columns[layer]!, columns[layer + 1]!];
  if (to.x - from.x < NARROWEST) return null; // they would hide the units
  const fanIn = from.ys.length + from.more;
  const { values } = scene.edges[layer]!;
  const share = placeSubjectLabels(scene.labels, to.x - from.x);
  const texts = edgesOfSubject(scene.subject, scene.labels, from, to);
  const room = to.x - to.reach - (from.x + from.reach);
  if (texts.some(({ j, k }) => short(values[j * fanIn + k]!).length * LETTER > room)) return null;
  return (
    <g class="edge-labels" aria-hidden="true">
      {texts.map(({ j, k }) => (
        <Label
          key={`${j} ${k}`}
          {...{ from, to, j, k, share }}
          value={values[j * fanIn + k]!}
          isUnlit={spotlight?.hasEdge(layer, j, k) === false}
        />
      ))}
    </g>
  );
}

/** How far a unit's picture may reach to the left before it meets a label, from the center of the unit. */
export function measureClearance(scene: Scene, layer: number, columns: readonly Column[]): number {
  const [from, to] = [columns[layer]!, columns[layer + 1]!];
  const pitch = to.x - from.x;
  const free = pitch - Math.max(from.radius, from.reach) - 16;
  if (pitch < NARROWEST) return free;
  const share = findShare(scene, layer, from, to);
  return share === undefined ? free : (1 - share) * pitch - HALF_LABEL;
}

/** How far along the edges into a layer their numbers stand; undefined if it shows none. */
function findShare({ labels, subject }: Scene, layer: number, from: Column, to: Column): number | undefined {
  if (labels === 'all') return placeLabels(from, to);
  if (subject === undefined || labels === 'none') return undefined;
  const isOfSubject = layer === subject.layer + Number(labels === 'out');
  return isOfSubject ? placeSubjectLabels(labels, to.x - from.x) : undefined;
}

/** Half the width of a label, and the room that it needs from top to bottom, in pixels. */
const [HALF_LABEL, LABEL_HEIGHT] = [19, 13];

/** The width of a letter of a label, in pixels. */
const LETTER = 7;

/** A layer with more edges has no room for their numbers. */
const MOST_LABELS = 16;

function placeSubjectLabels(labels: 'in' | 'out', pitch: number): number {
  // in the middle if the layers are close together
  return pitch < 110 ? 0.5 : labels === 'in' ? 0.38 : 0.62;
}

interface LabelProps {
  readonly from: Column;
  readonly to: Column;
  readonly j: number;
  readonly k: number;
  /** How far along the edge the label is, from 0 to 1. */
  readonly share: number;
  readonly value: number;
  readonly isUnlit: boolean;
}

function Label({ from, to, j, k, share, value, isUnlit }: LabelProps) {
  return (
    <text
      class={isUnlit ? 'unlit' : undefined}
      x={from.x + share * (to.x - from.x)}
      y={from.ys[k]! + share * (to.ys[j]! - from.ys[k]!) + 3.5}
    >
      {short(value)}
    </text>
  );
}

/** The numbers of all edges, in layers of few edges. */
function AllLabels({ scene, columns, hasImage, spotlight }: EdgesProps) {
  return (
    <g class="edge-labels" aria-hidden="true">
      {scene.edges.map(({ values }, layer) => {
        const [from, to] = [columns[layer]!, columns[layer + 1]!];
        const share = layer === 0 && hasImage ? undefined : placeLabels(from, to);
        if (share === undefined) return null;
        return pairsOf(from, to).map(({ j, k }) => (
          <Label
            key={`${layer} ${j} ${k}`}
            {...{ from, to, j, k, share }}
            value={values[j * from.ys.length + k]!}
            isUnlit={spotlight?.hasEdge(layer, j, k) === false}
          />
        ));
      })}
    </g>
  );
}

/**
 * How far along the edges between two layers all their numbers fit: nearer to the layer with more units, where the edges are
 * farther apart, but clear of its numbers. Undefined if they fit nowhere.
 */
function placeLabels(from: Column, to: Column): number | undefined {
  const pitch = to.x - from.x;
  const [one, other] = [from.ys.length, to.ys.length];
  if (pitch < 100 || from.more + to.more > 0 || one * other > MOST_LABELS) return undefined;
  const nearer = pitch < 140 ? 0.57 : 0.62;
  const shares = Array.from({ length: 12 }, (_, i) => nearer - ((2 * nearer - 1) * i) / 11);
  return shares.map((share) => (other > one ? share : 1 - share)).find((share) => isApart(from, to, share));
}

/** Whether the numbers of the edges stand clear of each other this far along the edges. */
function isApart(from: Column, to: Column, share: number): boolean {
  const ys = pairsOf(from, to).map(({ y1, y2 }) => y1 + share * (y2 - y1));
  ys.sort((a, b) => a - b);
  return ys.every((y, i) => i === 0 || y - ys[i - 1]! >= LABEL_HEIGHT);
}

function pairsOf(from: Column, to: Column) {
  return to.ys.flatMap((y2, j) => from.ys.map((y1, k) => ({ j, k, y1, y2 })));
}

interface HandlesProps {
  readonly columns: readonly Column[];
  readonly hasImage: boolean;
  readonly onChoose: (at: Parameter) => void;
  readonly onPoint: (at: Parameter | undefined) => void;
  readonly editing: Editing | undefined;
}

/** Wide invisible lines over the edges, to point at, click and drag. */
export function EdgeHandles({ columns, hasImage, onChoose, onPoint, editing }: HandlesProps) {
  return (
    <g aria-hidden="true">
      {columns.slice(1).map((to, layer) => {
        const from = columns[layer]!;
        if ((layer === 0 && hasImage) || from.ys.length * to.ys.length > MOST_EDGES) return null;
        return pairsOf(from, to).map(({ j, k, y1, y2 }) => {
          const at = { layer, unit: j, from: k };
          return (
            <line
              key={`${layer} ${j} ${k}`}
              class={editing === undefined ? 'handle' : 'handle draggable'}
              data-weight={`${layer},${j},${k}`}
              x1={from.x}
              y1={y1}
              x2={to.x}
              y2={y2}
              onClick={() => onChoose(at)}
              onPointerEnter={() => onPoint(at)}
              onPointerLeave={() => onPoint(undefined)}
              onPointerDown={(event) => {
                if (editing !== undefined)
                  dragValue(event, editing.read(at), (value) => editing.edit(at, value));
              }}
            />
          );
        });
      })}
    </g>
  );
}

function edgesOfSubject({ unit }: Place, labels: 'in' | 'out', from: Column, to: Column) {
  if (labels === 'in') {
    const isDrawn = unit < to.ys.length;
    return isDrawn ? from.ys.map((_, k) => ({ j: unit, k })) : [];
  }
  return unit < from.ys.length ? to.ys.map((_, j) => ({ j, k: unit })) : [];
}
