import { Random } from 'bp4';
import type { Settings, TaskName } from '../protocol.js';
import { onCircle } from './circle.js';
import { computeFeatures } from './features.js';
import type { Samples } from './samples.js';

export type ToyName = Exclude<TaskName, 'neuron' | 'digits' | 'csv'>;
type ClassToy = Exclude<ToyName, RegressionToy>;
type RegressionToy = 'plane' | 'hills';

/** The standard deviation of each coordinate, or of a regression's target, at noise 1. */
const SPREAD = 0.25;

type ToySettings = Pick<Settings, 'noise' | 'seed' | 'pointCount' | 'trainingShare' | 'features'>;

/**
 * Points in [−1, 1]² with two classes or with targets in [−1, 1]. The first ones are for training, the others for the test.
 *
 * A link must give the same points to the last bit in every browser, so this file uses only + − × ÷ and √.
 */
export function toyData(
  task: ToyName,
  { noise, seed, pointCount, trainingShare, features }: ToySettings,
): { train: Samples; test: Samples } {
  const random = Random.fromSeed(seed);
  const points = new Float32Array(2 * pointCount);
  const labels = new Uint8Array(pointCount);
  const targets = new Float32Array(pointCount);
  const within = (value: number): number => Math.min(Math.max(value, -1), 1);
  const noisy = (value: number): number => within(value + random.normal() * noise * SPREAD);
  for (let n = 0; n < pointCount; n++) {
    labels[n] = n % 2;
    if (isRegressionToy(task)) {
      const [x, y] = [random.uniform(-1, 1), random.uniform(-1, 1)];
      points.set([x, y], 2 * n);
      targets[n] = noisy(surfaces[task](x, y));
    } else {
      const [x, y] = shapes[task](random, n % 2);
      points.set([noisy(x), noisy(y)], 2 * n);
    }
  }
  const part = (from: number, to: number): Samples => {
    const own = points.slice(2 * from, 2 * to);
    return {
      count: to - from,
      points: own,
      inputs: computeFeatures(own, features),
      ...(isRegressionToy(task) ? { targets: targets.slice(from, to) } : { labels: labels.slice(from, to) }),
    };
  };
  // at least one point of each kind
  const trained = Math.min(pointCount - 1, Math.max(1, Math.round(pointCount * trainingShare)));
  return { train: part(0, trained), test: part(trained, pointCount) };
}

export function isRegressionToy(task: TaskName): task is RegressionToy {
  return task === 'plane' || task === 'hills';
}

/** The target at a point, without noise. */
const surfaces: Record<RegressionToy, (x: number, y: number) => number> = {
  plane: (x, y) => (x + y) / 2,
  hills: (x, y) =>
    hill(x - 0.45, y - 0.45) + hill(x + 0.45, y + 0.45) - hill(x - 0.45, y + 0.45) - hill(x + 0.45, y - 0.45),
};

/** 1 in the middle, 0 from a distance of 0.6 on. */
function hill(x: number, y: number): number {
  const depth = Math.max(0, 1 - (x * x + y * y) / 0.36);
  return depth * depth;
}

type Point = readonly [x: number, y: number];

/** Draws a point of class 0 or 1, without noise. */
const shapes: Record<ClassToy, (random: Random, label: number) => Point> = {
  first: insideOrOutside,
  circle: insideOrOutside,
  spiral(random, label) {
    const t = random.uniform(0.05, 1);
    return onCircle(1.6 * t + label / 2, 0.95 * t);
  },
  xor(random, label) {
    const x = random.uniform(0.06, 0.95) * (random.uniform(0, 1) < 0.5 ? -1 : 1);
    const y = random.uniform(0.06, 0.95) * (x < 0 === (label === 1) ? 1 : -1);
    return [x, y];
  },
  gaussian(random, label) {
    const center = label ? 0.4 : -0.4;
    return [center + random.normal() * 0.15, center + random.normal() * 0.15];
  },
};

/** Class 1 in a disk, class 0 in a ring around it. */
function insideOrOutside(random: Random, label: number): Point {
  const radius = label ? Math.sqrt(random.uniform(0, 0.2)) : Math.sqrt(random.uniform(0.42, 0.9));
  return onCircle(random.uniform(0, 1), radius);
}
