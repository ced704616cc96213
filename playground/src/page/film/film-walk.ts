import { layerName } from '../../format.js';
import { toRGB } from '../../charts/colors.js';
import { say } from '../../words/say.js';
import { describeCosts, explain } from '../explain.js';
import { planFlow } from '../network/flow.js';
import { drawPicture, readGround } from '../save-picture.js';
import { currentPhase, type View } from '../view.js';
import { Gif } from './gif.js';

/** In milliseconds: a frame while something flows, and the last frame of a phase, which is there to be read. */
const FRAME = 80;
const PAUSE = 2400;
/** The frames of a phase in which something flows. */
const FLOWING = 32;
/** In pixels. */
const WIDEST = 1200;
const DENSEST = 2;

/** What is filmed. */
export interface Film {
  readonly view: View;
  /** The element that holds the picture of the network. */
  readonly box: Element;
  /** Goes to a phase and a time in it: 2.5 is the middle of the third phase. */
  readonly scrub: (position: number) => void;
  /** Receives the share that is done. */
  readonly onShare: (share: number) => void;
  readonly signal: AbortSignal;
}

/** Goes through all phases of the walk and films the picture, with the numbers of the phase below it, as an animated GIF. */
export async function filmWalk({ view, box, scrub, onShare, signal }: Film): Promise<Blob> {
  const ground = readGround(box);
  const gif = new Gif(toRGB(ground));
  const frames = listFrames(view);
  const lines = Math.max(...view.phases.map((_, index) => caption({ ...view, index }).length));
  for (const [n, { position, delay }] of frames.entries()) {
    signal.throwIfAborted();
    onShare(n / frames.length);
    scrub(position);
    await new Promise((resolve) => setTimeout(resolve, 20)); // until the page shows it
    const density = Math.min(DENSEST, WIDEST / box.clientWidth);
    const picture = await drawPicture(box, density);
    gif.add(
      withCaption(picture, { ...view, index: Math.floor(position) }, { box, density, ground, lines }),
      delay,
    );
  }
  return gif.finish();
}

interface Frame {
  readonly position: number;
  readonly delay: number;
}

/** Phases in which nothing flows have a single frame. */
function listFrames(view: View): readonly Frame[] {
  return view.phases.flatMap((_, index) => {
    const end = { position: index + 0.99, delay: PAUSE };
    if (planFlow({ ...view, index }) === undefined) return [end];
    return [
      ...Array.from({ length: FLOWING - 1 }, (_, n) => ({ position: index + n / FLOWING, delay: FRAME })),
      end,
    ];
  });
}

/** The phase, its equation in numbers, and the cost. */
function caption(view: View): readonly string[] {
  const { name, layer } = currentPhase(view);
  const layers = view.problem.activations.length;
  const place = layer === undefined ? '' : ` ${layerName(layer, layers)}`;
  return [`${say(`phase.${name}`)}${place}`, ...explain(view).numbers, describeCosts(view)];
}

interface Look {
  readonly box: Element;
  /** The pixels of the picture for each pixel of the page. */
  readonly density: number;
  readonly ground: string;
  /** The lines that the captions of all phases leave room for. */
  readonly lines: number;
}

const LINE = 20;
const MARGIN = 12;

function withCaption(
  picture: HTMLCanvasElement,
  view: View,
  { box, density, ground, lines }: Look,
): ImageData {
  const canvas = document.createElement('canvas');
  canvas.width = picture.width;
  canvas.height = picture.height + Math.ceil(density * (lines * LINE + 2 * MARGIN));
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  context.fillStyle = ground;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(picture, 0, density * MARGIN);
  context.scale(density, density);
  const { color, fontFamily } = getComputedStyle(box);
  context.fillStyle = color;
  caption(view).forEach((line, row) => {
    context.font = `${row === 0 ? 'bold ' : ''}14px ${fontFamily}`;
    // a line that is too long gets narrower
    const room = box.clientWidth - 2 * MARGIN;
    context.fillText(line, MARGIN, MARGIN + box.clientHeight + LINE * (row + 0.75), room);
  });
  return context.getImageData(0, 0, canvas.width, canvas.height);
}
