import { Network, type EpochReport } from 'bp4';
import { trainInWorker } from 'bp4/worker';

const SIDE = 72; // points along each side

const input = document.querySelector('input')!;
const output = document.querySelector('output')!;
const button = document.querySelector('button')!;

/** Sizes a canvas and returns its drawing context. */
function getContext2D(selector: string): CanvasRenderingContext2D {
  const canvas = document.querySelector<HTMLCanvasElement>(selector)!;
  canvas.width = canvas.height = SIDE;
  return canvas.getContext('2d', { willReadFrequently: true })!;
}
const shape = getContext2D('#shape');
const answer = getContext2D('#answer');

/** The coordinate of a point, from −3 to 3 on both axes. */
const at = (i: number): number => (6 * i) / (SIDE - 1) - 3;
const points = Float32Array.from({ length: 2 * SIDE * SIDE }, (_, i) =>
  i % 2 === 0 ? at((i >> 1) % SIDE) : at(Math.floor((i >> 1) / SIDE)),
);

/** Writes a text as large as possible. @returns the ink at each point, from 0 to 1 */
function write(text: string): Float32Array {
  shape.clearRect(0, 0, SIDE, SIDE);
  shape.font = `bold ${SIDE / Math.max(1.2, 0.75 * text.length)}px Georgia, serif`;
  shape.textAlign = 'center';
  shape.textBaseline = 'middle';
  shape.fillText(text, SIDE / 2, SIDE / 2);
  const { data } = shape.getImageData(0, 0, SIDE, SIDE);
  return Float32Array.from({ length: SIDE * SIDE }, (_, i) => data[4 * i + 3]! / 255);
}

function draw(ink: Float32Array): void {
  const image = new ImageData(SIDE, SIDE);
  ink.forEach((share, i) => (image.data[4 * i + 3] = 255 * share));
  answer.putImageData(image, 0, 0);
}

async function learn(text: string, signal: AbortSignal): Promise<void> {
  const layers = [
    { units: 48, activation: 'tanh' },
    { units: 32, activation: 'tanh' },
    { units: 1, activation: 'sigmoid' },
  ] as const;
  const net = await Network.create({ inputs: 2, layers, loss: 'binaryCrossEntropy', seed: 1 });
  button.onclick = () => save(net);
  const onEpoch = ({ epoch, loss }: EpochReport): void => {
    draw(net.predict(points)); // net holds the weights that the worker has trained so far
    output.value = `epoch ${epoch}, loss ${loss.toFixed(4)}`;
  };
  const data = { inputs: points, targets: write(text) };
  await trainInWorker(net, data, { epochs: 300, optimizer: 'adam', learningRate: 0.005, onEpoch, signal });
}

function save(net: Network): void {
  const href = URL.createObjectURL(new Blob([net.save()]));
  Object.assign(document.createElement('a'), { href, download: 'shape.bp4' }).click();
}

for (;;) {
  const stop = new AbortController();
  const written = new Promise((resolve) => (input.oninput = resolve));
  void written.then(() => stop.abort());
  await learn(input.value, stop.signal).catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
  await written;
}
