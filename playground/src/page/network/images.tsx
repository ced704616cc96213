import { useMemo } from 'preact/hooks';
import { type Column } from './geometry.js';
import { PIXELS, SIDE } from '../../protocol.js';
import { Pixels } from './pixels.js';

export interface Image {
  /** [28][28] */
  readonly pixels: ArrayLike<number>;
  /** The pixel value that is drawn white. */
  readonly white: number;
}

interface ImagesProps {
  readonly columns: readonly Column[];
  /** The weights of the first layer or their gradients, [units][784]. */
  readonly edges: Float32Array;
  readonly image: Image | undefined;
  readonly side: number;
}

/** For digits: the input image, and the weights of each unit in the first layer as an image. */
export function Images({ columns, edges, image, side }: ImagesProps) {
  const [input, first] = [columns[0]!, columns[1]!];
  const small = smallSide(first);
  const units = first.ys.length;
  const { images, scale } = useMemo(() => {
    const shown = edges.subarray(0, units * PIXELS);
    return {
      images: first.ys.map((_, unit) => shown.subarray(unit * PIXELS, (unit + 1) * PIXELS)),
      scale: shown.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-12) * 0.7,
    };
  }, [edges, units]);
  return (
    <>
      <Pixels
        values={image?.pixels ?? []}
        grid={SIDE}
        tone="gray"
        scale={image?.white ?? 1}
        x={input.x}
        y={input.ys[0]!}
        side={side}
      />
      {first.ys.map((y, unit) => (
        <Pixels
          key={unit}
          values={images[unit]!}
          grid={SIDE}
          tone="signed"
          scale={scale}
          x={first.x - first.reach - small / 2 - 5}
          y={y}
          side={small}
        />
      ))}
    </>
  );
}

function smallSide({ ys, radius }: Column): number {
  const spacing = ys.length > 1 ? ys[1]! - ys[0]! : 4 * radius;
  return Math.floor(Math.min(spacing - 3, 42));
}
