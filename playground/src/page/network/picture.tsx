import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { PIXELS, type Problem, type Progress } from '../../protocol.js';
import { layerName } from '../../format.js';
import type { Run } from '../use-run.js';
import { currentPhase, type Place, takesImages, type View } from '../view.js';
import { EdgeLabels, Edges } from './edges.js';
import { Frame } from './frame.js';
import { placeColumns, imageSide, type Size } from './geometry.js';
import { Legend } from './legend.js';
import { type Image, Images } from './images.js';
import { readout, type Scene, sceneAtRest, buildScene } from './scene.js';
import { Units } from './units.js';
import { say } from '../../words/say.js';
import './network.css';

interface NetworkProps {
  readonly run: Run;
  readonly view: View | undefined;
  readonly onChoose: (place: Place) => void;
  /** The status while the run opens; undefined once it's open. */
  readonly opening: string | undefined;
}

/** The network: units by layer, edges by sign and magnitude of their weights, and the numbers of a walk's phase. */
export function Network({ run: { problem, progress }, view, onChoose, opening }: NetworkProps) {
  const [box, size] = useSize();
  const [pointed, point] = useState<Place>();
  const isThere = problem !== undefined && progress !== undefined;
  const scene = useMemo(() => {
    if (view !== undefined) return buildScene(view);
    return isThere ? sceneAtRest(progress.layers, problem.sizes) : undefined;
  }, [isThere, problem, progress, view]);
  const describe = ({ layer, unit }: Place): string => {
    const layers = progress?.layers ?? [];
    return readout(layerName(layer, layers.length), { layer, unit }, layers, view);
  };
  // a resting pointer may still refer to a unit of the previous network
  const isStillThere = pointed !== undefined && pointed.unit < (problem?.sizes[pointed.layer + 1] ?? 0);
  const shown = isStillThere ? pointed : scene?.subject;
  return (
    <figure class="network">
      <div class="network-box" ref={box}>
        {isThere && scene !== undefined && size.width > 0 && (
          <Picture {...{ problem, progress, scene, view, size, describe, onChoose }} onPoint={point} />
        )}
        <div role="status">{opening !== undefined && <p class="network-opening">{opening}</p>}</div>
      </div>
      <Legend scene={scene} readout={shown === undefined ? undefined : describe(shown)} />
    </figure>
  );
}

interface PictureProps {
  readonly problem: Problem;
  readonly progress: Progress;
  readonly scene: Scene;
  readonly view: View | undefined;
  readonly size: Size;
  readonly describe: (place: Place) => string;
  readonly onChoose: (place: Place) => void;
  readonly onPoint: (place: Place | undefined) => void;
}

function Picture({ problem, progress, scene, view, size, describe, onChoose, onPoint }: PictureProps) {
  const hasImage = takesImages(problem);
  const columns = useMemo(() => placeColumns(problem.sizes, size, hasImage), [problem, size, hasImage]);
  const drawing = { scene, columns, hasImage };
  return (
    <>
      <svg width={size.width} height={size.height} role="group" aria-label={describeNetwork(problem)}>
        <Edges {...drawing} />
        <Units {...drawing} chosen={view?.chosen} describe={describe} onChoose={onChoose} onPoint={onPoint} />
        <EdgeLabels {...drawing} />
        <Frame
          problem={problem}
          columns={columns}
          scene={scene}
          phase={view === undefined ? undefined : currentPhase(view)}
          size={size}
        />
      </svg>
      {hasImage && (
        <Images
          columns={columns}
          edges={scene.edges[0]!.values}
          image={view === undefined ? exampleImage(progress) : sampleImage(view)}
          side={imageSide(size.width)}
        />
      )}
    </>
  );
}

/** An image of the test data, shown outside a walk. */
function exampleImage({ confusion }: Progress): Image | undefined {
  const pixels = confusion?.examples.flat().find((images) => images.length > 0)?.[0];
  return pixels === undefined ? undefined : { pixels, white: 255 };
}

function sampleImage({ walk, sample }: View): Image {
  return { pixels: walk.gradients.inputs.subarray(PIXELS * sample, PIXELS * (sample + 1)), white: 1 };
}

function describeNetwork({ sizes }: Problem): string {
  return say('network.description', { sizes: sizes.join(', ') });
}

/** Measures the box in pixels, at first and whenever its size changes. */
function useSize(): [preact.RefObject<HTMLDivElement | null>, Size] {
  const box = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const measure = (): void => {
      const [width, height] = [element.clientWidth, element.clientHeight];
      setSize((old) => (old.width === width && old.height === height ? old : { width, height }));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [box, size];
}
