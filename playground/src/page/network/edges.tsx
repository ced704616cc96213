import { short } from '../../format.js';
import type { Place } from '../view.js';
import type { Column } from './geometry.js';
import type { EdgesLook, Scene } from './scene.js';

interface EdgesProps {
  readonly scene: Scene;
  readonly columns: readonly Column[];
  /** Whether the first layer's edges start at an image instead of units. */
  readonly hasImage: boolean;
}

/** All edges between drawn units. Color and dashes show the sign, width shows the magnitude. */
export function Edges({ scene, columns, hasImage }: EdgesProps) {
  const layers = scene.edges.map((look, layer) => ({ look, layer }));
  return (
    <g aria-hidden="true">
      {layers.map(({ look, layer }) =>
        layer === 0 && hasImage ? (
          <Rays key={layer} from={columns[0]!} to={columns[1]!} flow={look.flow} />
        ) : (
          <Bundle key={layer} look={look} layer={layer} scene={scene} columns={columns} />
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

/** If a layer has more edges, only those of the subject show the flow. */
const MOST_FLOWS = 24;

interface BundleProps {
  readonly look: EdgesLook;
  readonly layer: number;
  readonly scene: Scene;
  readonly columns: readonly Column[];
}

/** The edges that lead into a layer. */
function Bundle({ look, layer, scene, columns }: BundleProps) {
  const [from, to] = [columns[layer]!, columns[layer + 1]!];
  const fanIn = look.values.length / (to.ys.length + to.more);
  const pairs = to.ys.flatMap((y2, j) => from.ys.map((y1, k) => ({ j, k, y1, y2 })));
  const scale = pairs.reduce(
    (most, { j, k }) => Math.max(most, Math.abs(look.values[j * fanIn + k]!)),
    1e-12,
  );
  return (
    <>
      {pairs.map(({ j, k, y1, y2 }) => {
        const value = look.values[j * fanIn + k]!;
        const size = Math.abs(value) / scale;
        const isMain = isSubjects(scene, layer, j, k);
        const ends = { x1: from.x, y1, x2: to.x, y2 };
        return (
          <>
            <line
              class={value < 0 ? 'edge negative' : 'edge positive'}
              {...ends}
              stroke-width={(isMain ? 1.6 : 0.6) + 4.4 * size}
              opacity={chooseOpacity(look, scene, isMain, size)}
            />
            {look.flow !== 'none' && (isMain || pairs.length <= MOST_FLOWS) && (
              <line class={`flow ${look.flow}${isMain ? ' main' : ''}`} {...ends} />
            )}
          </>
        );
      })}
    </>
  );
}

function chooseOpacity(look: EdgesLook, scene: Scene, isMain: boolean, size: number): number {
  if (look.isDim) return 0.08 + 0.1 * size;
  if (scene.labels !== 'none' && !isMain) return 0.1 + 0.3 * size;
  return (isMain ? 0.6 : 0.3) + (isMain ? 0.4 : 0.7) * size;
}

/** Whether the explanation is about the edge from unit k to unit j of a layer. */
function isSubjects({ labels, subject }: Scene, layer: number, j: number, k: number): boolean {
  if (subject === undefined || labels === 'none') return false;
  return labels === 'in'
    ? subject.layer === layer && subject.unit === j
    : subject.layer === layer - 1 && subject.unit === k;
}

/** The least distance between two layers that leaves room for numbers, in pixels. */
const NARROWEST = 40;

/** The numbers of the subject's edges, each near the other end, where the edges are apart. */
export function EdgeLabels({ scene, columns, hasImage }: EdgesProps) {
  if (scene.subject === undefined || scene.labels === 'none') return null;
  const layer = scene.labels === 'in' ? scene.subject.layer : scene.subject.layer + 1;
  if (layer === 0 && hasImage) return null;
  const [from, to] = [columns[layer]!, columns[layer + 1]!];
  if (to.x - from.x < NARROWEST) return null; // they would hide the units
  const fanIn = from.ys.length + from.more;
  const { values } = scene.edges[layer]!;
  // in the middle if the layers are close together
  const share = to.x - from.x < 110 ? 0.5 : scene.labels === 'in' ? 0.38 : 0.62;
  const texts = edgesOfSubject(scene.subject, scene.labels, from, to);
  return (
    <g class="edge-labels" aria-hidden="true">
      {texts.map(({ j, k }) => (
        <text
          key={`${j} ${k}`}
          x={from.x + share * (to.x - from.x)}
          y={from.ys[k]! + share * (to.ys[j]! - from.ys[k]!) + 3.5}
        >
          {short(values[j * fanIn + k]!)}
        </text>
      ))}
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
