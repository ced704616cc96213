import { Network } from '/dist/index.js';
import { trainInWorker } from '/dist/worker/index.js';

const SECONDS = 3;
const COUNT = 60_000;

/**
 * Measures how smoothly the page runs while [784, 128, 10] trains on 60,000 images for three seconds, in a worker or here,
 * and how quickly the training obeys its signal. All times are in milliseconds.
 * @returns frames: the number per second; longestGap: the longest time between two frames; longestTask: the longest task
 * that the browser reports (50 ms or more; 0 if there are none, undefined if it doesn't report tasks); obeyed: the time from
 * the signal to the end
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
  await wait(200); // lets the page settle
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

/** As many bytes as MNIST, with as many zeros: four of five. */
function images() {
  const inputs = new Uint8Array(COUNT * 784);
  for (let i = 0; i < inputs.length; i += 5) inputs[i] = i % 251;
  const labels = Uint8Array.from({ length: COUNT }, (_, n) => n % 10);
  return { inputs, inputScale: 1 / 255, labels };
}

function watchFrames() {
  const isReported = PerformanceObserver.supportedEntryTypes.includes('longtask');
  const tasks = [];
  const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries()));
  if (isReported) observer.observe({ type: 'longtask' });

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
        longestTask: isReported ? Math.max(0, ...durations) : undefined,
      };
    },
  };
}
