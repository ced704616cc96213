import type { LayerState } from 'bp4';
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Problem } from '../../protocol';
import { layerName } from '../phases';
import { phaseOf, type Place, type View } from '../view';
import { EdgeLabels, Edges } from './edges';
import { Frame } from './frame';
import { columnsOf, imageSide, type Size } from './geometry';
import { Legend } from './legend';
import { Images } from './images';
import { readout, sceneAtRest, sceneOf } from './scene';
import { Units } from './units';
import './network.css';

interface PictureProps {
  readonly problem: Problem;
  readonly layers: readonly LayerState[];
  readonly view: View | undefined;
  /** [784], 0 to 1: what the inputs of a digit show while no mini-batch is under the eye. */
  readonly example: ArrayLike<number> | undefined;
  readonly onChoose: (place: Place) => void;
}

/** The network: units by layer, edges by sign and size of their weights, and in a walk the numbers of the phase. */
export function Picture({ problem, layers, view, example, onChoose }: PictureProps) {
  const [box, size] = useSize();
  const [pointed, setPointed] = useState<Place>();
  const hasImage = problem.sizes[0] === 784;
  const columns = useMemo(() => columnsOf(problem.sizes, size, hasImage), [problem, size, hasImage]);
  const scene = useMemo(
    () => (view === undefined ? sceneAtRest(layers, problem.sizes) : sceneOf(view)),
    [layers, problem, view],
  );
  const describe = ({ layer, unit }: Place): string =>
    readout(layerName(layer, layers.length), { layer, unit }, layers, view);
  const told = pointed ?? view?.chosen ?? scene.subject;
  return (
    <figure class="network">
      <div class="network-box" ref={box}>
        {size.width > 0 && (
          <>
            <svg width={size.width} height={size.height} role="group" aria-label={nameOf(problem)}>
              <Edges scene={scene} columns={columns} hasImage={hasImage} />
              <Units
                scene={scene}
                columns={columns}
                hasImage={hasImage}
                chosen={view?.chosen}
                describe={describe}
                onChoose={onChoose}
                onPoint={setPointed}
              />
              <EdgeLabels scene={scene} columns={columns} hasImage={hasImage} />
              <Frame
                problem={problem}
                columns={columns}
                scene={scene}
                phase={view === undefined ? undefined : phaseOf(view)}
                size={size}
              />
            </svg>
            {hasImage && (
              <Images
                columns={columns}
                edges={scene.edges[0]!.values}
                pixels={view === undefined ? example : view.walk.inputs.subarray(784 * view.sample)}
                side={imageSide(size.width)}
              />
            )}
          </>
        )}
      </div>
      <Legend scene={scene} told={told === undefined ? undefined : describe(told)} />
    </figure>
  );
}

function nameOf({ sizes }: Problem): string {
  return `A network of ${sizes.join(', ')} units. Up and down arrows go from unit to unit.`;
}

/** The size of the box, in pixels, now and whenever it changes. */
function useSize(): [preact.RefObject<HTMLDivElement>, Size] {
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
