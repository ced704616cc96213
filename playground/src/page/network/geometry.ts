import { shownUnits } from '../view.js';

// Where the picture draws each unit, in pixels of the page.

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Column {
  readonly x: number;
  /** The middle of each drawn unit. */
  readonly ys: readonly number[];
  /** Units that are not drawn. */
  readonly more: number;
  /** Half the height of a unit. */
  readonly radius: number;
  /** Half the width of a unit that shows a number. */
  readonly reach: number;
  /** Whether a note fits beneath each unit. */
  readonly hasRoom: boolean;
}

/** Above the units stand the names of the layers; left and right of them those of inputs and outputs. */
const TOP = 40;
const BOTTOM = 22;

/**
 * Where the units of all columns lie, the inputs first.
 * @param hasImage the inputs are one image, and the first layer's units show their weights as images
 */
export function placeColumns(sizes: readonly number[], { width, height }: Size, hasImage: boolean): Column[] {
  const isNarrow = width < 480;
  const left = isNarrow ? 32 : 56;
  const right = isNarrow ? 72 : 108;
  const middle = TOP + (height - TOP - BOTTOM) / 2;
  const pitch = (width - left - right) / (sizes.length - 1);
  return sizes.map((units, i) => {
    const x = left + i * pitch;
    if (i === 0 && hasImage)
      return { x, ys: [middle], more: 0, radius: imageSide(width) / 2, reach: 0, hasRoom: false };
    const shown = shownUnits(sizes, i);
    const spacing = Math.min(62, (height - TOP - BOTTOM) / shown);
    const ys = Array.from({ length: shown }, (_, unit) => middle + (unit - (shown - 1) / 2) * spacing);
    // beneath inputs stand their names
    const radius = Math.min(19, i === 0 ? spacing / 2 - 8 : spacing * 0.4, pitch * 0.3);
    // the outputs have their notes at their right
    const hasRoom = spacing >= 35 && i < sizes.length - 1;
    return { x, ys, more: units - shown, radius, reach: Math.min(26, pitch * 0.3), hasRoom };
  });
}

/** Of the image that is the input of a digit. */
export function imageSide(width: number): number {
  return width < 480 ? 56 : 96;
}
