import { Network } from '/dist/index.js';

const SECONDS = 3;
const COUNT = 10_000;

/**
 * How smoothly the page goes on while [784, 128, 10] trains: for at least three seconds, with bytes as MNIST has them.
 * @returns frames: how many there were in a second; longestGap: between two of them, and longestTask: of those that the
 * browser reports (50 ms and more; 0 where there was none, undefined where it does not tell), in milliseconds
 */
export default async function smooth() {
  const net = await Network.create({
    inputs: 784,
    layers: [
      { units: 128, activation: 'sigmoid' },
      { units: 10, activation: 'softmax' },
    ],
    loss: 'crossEntropy',
    seed: 1,
  });
  const data = {
    inputs: Uint8Array.from({ length: COUNT * 784 }, (_, i) => (i * 31) % 256),
    inputScale: 1 / 255,
    labels: Uint8Array.from({ length: COUNT }, (_, n) => n % 10),
  };
  const watch = watchFrames();
  const signal = AbortSignal.timeout(SECONDS * 1000);
  await net.train(data, { epochs: 1e6, signal }).catch((error) => {
    if (error !== signal.reason) throw error;
  });
  return watch.end();
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
