import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { type Health, type Parameter, PIXELS, type Problem, type Progress } from '../../protocol.js';
import { layerName } from '../../format.js';
import type { Run } from '../use-run.js';
import { currentPhase, type Place, takesImages, type View } from '../view.js';
import { EdgeHandles, EdgeLabels, Edges } from './edges.js';
import { Frame } from './frame.js';
import { placeColumns, imageSide, measureWhole, type Size } from './geometry.js';
import { Legend } from './legend.js';
import { type Image, Images } from './images.js';
import { labelUnit, readout, type Scene, sceneAtRest, buildScene } from './scene.js';
import { Packets } from './packets.js';
import type { Spotlight } from './spotlight.js';
import { UnitMaps } from './unit-maps.js';
import { type Editing, Units } from './units.js';
import { say } from '../../words/say.js';
import './network.css';

interface NetworkProps {
  readonly run: Run;
  /** A walk, or the network at rest; undefined while it plays. */
  readonly view: View | undefined;
  readonly spotlight: Spotlight | undefined;
  readonly pointed: Parameter | undefined;
  readonly onPoint: (at: Parameter | undefined) => void;
  readonly onChoose: (at: Parameter) => void;
  readonly editing: Editing | undefined;
  readonly health: Health | undefined;
  /** Where the scrubber holds the flow of the phase; undefined lets it run. */
  readonly hold: number | undefined;
  /** Whether the picture is enlarged for a room. */
  readonly isProjecting: boolean;
  /** Whether the numbers of the phase are left out. */
  readonly isBlank: boolean;
  /** The status while the run opens; undefined once it's open. */
  readonly opening: string | undefined;
}

/** The network: units by layer, edges by sign and magnitude of their weights, and the numbers of a walk's phase. */
export function Network(props: NetworkProps) {
  const { view, spotlight, pointed, onPoint, onChoose, editing, health, hold } = props;
  const { isProjecting, isBlank, opening } = props;
  const { problem, progress } = props.run;
  const [box, size] = useSize();
  const [isWhole, setWhole] = useState(false);
  const zoom = isProjecting ? PROJECTOR_ZOOM : 1;
  const needed =
    isWhole && problem !== undefined ? measureWhole(problem.sizes, takesImages(problem)) * zoom : 0;
  const isThere = problem !== undefined && progress !== undefined;
  const scene = useMemo(() => {
    if (view !== undefined) return buildScene(view, isBlank);
    return isThere ? sceneAtRest(progress.layers, problem.sizes) : undefined;
  }, [isThere, problem, progress, view, isBlank]);
  const describe = ({ layer, unit }: Place): string => {
    const layers = progress?.layers ?? [];
    return readout(layerName(layer, layers.length), { layer, unit }, layers, isBlank ? undefined : view);
  };
  const label = (place: Place): string => {
    const look = scene?.units[place.layer + 1]?.[place.unit];
    return (view && look && labelUnit(view, place, look)) ?? describe(place);
  };
  // a resting pointer may still refer to a unit of the previous network
  const isStillThere = pointed !== undefined && pointed.unit < (problem?.sizes[pointed.layer + 1] ?? 0);
  const shown = isStillThere ? pointed : scene?.subject;
  return (
    <figure class="network">
      <div class="network-box" ref={box} style={{ minHeight: `${needed}px` }}>
        {isThere && scene !== undefined && size.width > 0 && (
          <Picture
            {...{
              problem,
              progress,
              scene,
              view,
              size,
              label,
              onChoose,
              onPoint,
              spotlight,
              editing,
              health,
              hold,
              isBlank,
            }}
            zoom={zoom}
            isWhole={isWhole}
            onToggleWhole={() => setWhole(!isWhole)}
          />
        )}
        <div role="status">{opening !== undefined && <p class="network-opening">{opening}</p>}</div>
      </div>
      <Legend scene={scene} readout={shown === undefined ? undefined : describe(shown)} />
    </figure>
  );
}

/** Enlarges texts of 11 px to 28 px. */
const PROJECTOR_ZOOM = 28 / 11;

interface PictureProps {
  readonly problem: Problem;
  readonly progress: Progress;
  readonly scene: Scene;
  readonly view: View | undefined;
  readonly size: Size;
  /** The accessible name of a unit. */
  readonly label: (place: Place) => string;
  readonly spotlight: Spotlight | undefined;
  readonly onChoose: (at: Parameter) => void;
  readonly onPoint: (at: Parameter | undefined) => void;
  readonly editing: Editing | undefined;
  readonly health: Health | undefined;
  readonly hold: number | undefined;
  readonly isBlank: boolean;
  readonly zoom: number;
  /** Whether all units are drawn. */
  readonly isWhole: boolean;
  readonly onToggleWhole: () => void;
}

function Picture(props: PictureProps) {
  const { problem, progress, scene, view, spotlight, zoom, hold, isBlank, isWhole, onToggleWhole } = props;
  const { label, onChoose, onPoint, editing, health } = props;
  const { width, height } = props.size;
  const size = useMemo(() => ({ width: width / zoom, height: height / zoom }), [width, height, zoom]);
  const hasImage = takesImages(problem);
  const columns = useMemo(
    () => placeColumns(problem.sizes, size, hasImage, isWhole),
    [problem, size, hasImage, isWhole],
  );
  const drawing = { scene, columns, hasImage, spotlight };
  return (
    <>
      <svg
        width={width}
        height={height}
        viewBox={`0 0 ${size.width} ${size.height}`}
        role="group"
        aria-label={describeNetwork(problem)}
      >
        <Edges {...drawing} />
        {view !== undefined && <EdgeHandles {...{ columns, hasImage, onChoose, onPoint, editing }} />}
        <Units
          {...drawing}
          {...{ label, onChoose, onPoint, editing, health, onToggleWhole }}
          chosen={view?.chosen}
        />
        <EdgeLabels {...drawing} />
        {view !== undefined && !isBlank && <Packets {...{ view, columns, hasImage, hold }} />}
        <Frame
          problem={problem}
          columns={columns}
          scene={scene}
          phase={view === undefined ? undefined : currentPhase(view)}
          size={size}
        />
      </svg>
      {progress.maps !== undefined && !isBlank && (
        <div class="images" style={{ transform: `scale(${zoom})` }}>
          <UnitMaps {...{ columns, scene, spotlight }} maps={progress.maps} />
        </div>
      )}
      {hasImage && (
        <div class="images" style={{ transform: `scale(${zoom})` }}>
          <Images
            columns={columns}
            edges={scene.edges[0]!.values}
            image={view === undefined ? exampleImage(progress) : sampleImage(view)}
            side={imageSide(size.width)}
          />
        </div>
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
