import { applyPalette, GIFEncoder, quantize } from 'gifenc';

/** Of a frame, beside the ground and the transparent color. */
const MOST_COLORS = 254;
/** The next frame is drawn over this one. */
const KEEP = 1;

/** Writes an animated GIF that repeats. Each frame after the first has only the pixels that change. */
export class Gif {
  readonly #encoder = GIFEncoder();
  readonly #ground: readonly [number, number, number];
  #last: Uint32Array | undefined;

  /** @param ground the color behind the pictures, which every frame shows exactly: red, green and blue from 0 to 255 */
  constructor(ground: readonly [number, number, number]) {
    this.#ground = ground;
  }

  /** @param delay how long it stays, in milliseconds */
  add({ data, width, height }: ImageData, delay: number): void {
    const pixels = new Uint32Array(data.buffer);
    const changed = pixels.map((_, i) => i).filter((i) => this.#last?.[i] !== pixels[i]);
    const rgba = new Uint8Array(4 * (changed.length + 1));
    // the encoder gives similar colors the index of the one that it meets first
    rgba.set([...this.#ground, 255]);
    new Uint32Array(rgba.buffer).set(
      changed.map((i) => pixels[i]!),
      1,
    );
    const palette = [...quantize(rgba, MOST_COLORS), [...this.#ground]];
    const indices = applyPalette(rgba, palette);
    const transparentIndex = palette.push([0, 0, 0]) - 1;
    const frame = new Uint8Array(pixels.length).fill(transparentIndex);
    changed.forEach((i, n) => (frame[i] = indices[n + 1]!));
    const look = { palette, transparent: true, transparentIndex, dispose: KEEP };
    this.#encoder.writeFrame(frame, width, height, { ...look, delay });
    this.#last = pixels;
  }

  finish(): Blob {
    this.#encoder.finish();
    return new Blob([this.#encoder.bytes()], { type: 'image/gif' });
  }
}
