import { Network } from '/dist/index.js';
import { trainInWorker } from '/dist/worker/index.js';

const SECONDS = 3;
const COUNT = 60_000;

/**
 * How smoothly the page goes on while [784, 128, 10] trains, in a worker or here: for three seconds, with 60,000
 * images; and then how quickly the training obeys its signal. All times are in milliseconds.
 * @returns frames: how many there were in a second; longestGap: between two of them; longestTask: of those that the browser
 * reports (50 ms and more; 0 where there was none, undefined where it does not tell); obeyed: from the signal to the end
 */
export default async function smooth({ inWorker, isHandedOver }) {
  const net = await Network.create({
    inputs: 784,
    layers: [
      { units: 128, activation: 'sigmoid' },
      { units: 10, activation: 'softmax' },
    ],
    loss: 'crossEntropy',
    seed: 1,
  });
  const data = images();
  await wait(200); // the page comes to rest
  const stop = new AbortController();
  const options = { epochs: 1e6, signal: stop.signal };
  const watch = watchFrames();
  const where = isHandedOver ? { transfer: [data.inputs.buffer] } : {};
  const training = (inWorker ? trainInWorker(net, data, options, where) : net.train(data, options)).catch(
    (error) => error,
  );
  await wait(SECONDS * 1000);
  const figures = watch.end();

  const stopped = performance.now();
  stop.abort();
  const error = await training;
  if (error !== stop.signal.reason) throw error;
  const obeyed = performance.now() - stopped;
  net.dispose();
  return { ...figures, obeyed };
}

const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** As many bytes as MNIST has, and as many of them zero: four of five. */
function images() {
  const inputs = new Uint8Array(COUNT * 784);
  for (let i = 0; i < inputs.length; i += 5) inputs[i] = i % 251;
  const labels = Uint8Array.from({ length: COUNT }, (_, n) => n % 10);
  return { inputs, inputScale: 1 / 255, labels };
}

function watchFrames() {
  const isTold = PerformanceObserver.supportedEntryTypes.includes('longtask');
  const tasks = [];
  const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries()));
  if (isTold) observer.observe({ type: 'longtask' });

  const frames = [performance.now()];
  let request = requestAnimationFrame(function next() {
    frames.push(performance.now());
    request = requestAnimationFrame(next);
  });

  return {
    end() {
      cancelAnimationFrame(request);
      tasks.push(...observer.takeRecords());
      const durations = tasks.map(({ duration }) => duration);
      const gaps = frames.slice(1).map((time, i) => time - frames[i]);
      return {
        frames: gaps.length / ((frames.at(-1) - frames[0]) / 1000),
        longestGap: Math.max(...gaps),
        longestTask: isTold ? Math.max(0, ...durations) : undefined,
      };
    },
  };
}
