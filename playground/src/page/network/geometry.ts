import { shownUnits } from '../view.js';

// Where the picture draws each unit, in CSS pixels.

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Column {
  readonly x: number;
  /** The center of each drawn unit. */
  readonly ys: readonly number[];
  /** How many units are not drawn, and where that is written: below the notes of the last one that is. */
  readonly more: number;
  /** How many units are drawn only because all are. */
  readonly fewer: number;
  readonly moreY: number;
  /** Half the height of a unit. */
  readonly radius: number;
  /** Half the width of a unit that shows a number. */
  readonly reach: number;
  /** How many notes fit below each unit; those of an output stand beside it. */
  readonly below: number;
  readonly beside: number;
}

/** Room above the units, for the names of the layers. */
const TOP = 40;
const BOTTOM = 22;
/** Room for the number of units that aren't drawn. */
const MORE = 12;

/** The least distance between units, if all of them are drawn. */
const TIGHT = 16;

/** The height that a picture of all units needs. */
export function measureWhole(sizes: readonly number[], hasImage: boolean): number {
  return TOP + BOTTOM + MORE + TIGHT * Math.max(...sizes.slice(hasImage ? 1 : 0));
}

/**
 * Places the units of all columns, inputs first.
 * @param isWhole whether all units are drawn, however many there are
 * @param hasImage whether the inputs are one image, and the first layer's units show their weights as images
 */
export function placeColumns(
  sizes: readonly number[],
  { width, height }: Size,
  hasImage: boolean,
  isWhole = false,
): Column[] {
  const isNarrow = width < 480;
  // room for the names beside the inputs, which are wide in a picture of few layers
  const left = isNarrow ? (sizes.length > 4 ? 36 : 44) : 56;
  const right = isNarrow ? 72 : 108;
  const few = sizes.map((_, i) => shownUnits(sizes, i));
  const drawn = isWhole ? sizes : few;
  const room = height - TOP - BOTTOM - (sizes.some((units, i) => units > few[i]!) ? MORE : 0);
  const middle = TOP + room / 2;
  const pitch = (width - left - right) / (sizes.length - 1);
  return sizes.map((units, i) => {
    const x = left + i * pitch;
    if (i === 0 && hasImage)
      return {
        x,
        ys: [middle],
        more: 0,
        fewer: 0,
        moreY: 0,
        radius: imageSide(width) / 2,
        reach: 0,
        below: 0,
        beside: 0,
      };
    const shown = drawn[i]!;
    const spacing = Math.min(94, room / shown);
    const ys = Array.from({ length: shown }, (_, unit) => middle + (unit - (shown - 1) / 2) * spacing);
    // leave room for the names below the inputs
    const radius = Math.min(19, i === 0 ? spacing / 2 - 8 : spacing * 0.4, pitch * 0.3);
    // the notes of the outputs stand on their right
    const isLast = i === sizes.length - 1;
    const below = isLast ? 0 : countRows(spacing, pitch);
    const beside = isLast ? Math.max(0, Math.floor(spacing / 13) - 1) : 0;
    const moreY = ys.at(-1)! + Math.max(radius + 19, 24 + 12 * below);
    return {
      x,
      ys,
      more: units - shown,
      fewer: shown - few[i]!,
      moreY,
      radius,
      reach: Math.min(26, Math.max(pitch * 0.3, Math.min(pitch * 0.44, 19))),
      below,
      beside,
    };
  });
}

/** A unit that shows a number is 22 px high, and a note 12 px high and up to 50 px wide. */
function countRows(spacing: number, pitch: number): number {
  if (pitch < 60) return 0;
  return spacing < 50 ? Number(spacing >= 35) : Math.floor((spacing - 28) / 12);
}

/** The side of the input image. */
export function imageSide(width: number): number {
  return width < 480 ? 56 : 96;
}
