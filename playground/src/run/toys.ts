import { Random } from 'bp4';
import type { Settings, TaskName } from '../protocol.js';
import type { LessonSamples } from './samples.js';

export type ToyName = Exclude<TaskName, 'digits' | 'csv'>;

const COUNT = 400;
/** The standard deviation of each coordinate at noise 1. */
const SPREAD = 0.25;

/**
 * Two classes in [−1, 1]². Half of the points are for training, half for the test.
 *
 * A link must give the same points to the last bit in every browser. Math.sin and Math.cos differ between browsers, so this
 * file uses only + − × ÷ and √.
 */
export function toyData(
  task: ToyName,
  { noise, seed }: Pick<Settings, 'noise' | 'seed'>,
): { train: LessonSamples; test: LessonSamples } {
  const random = Random.fromSeed(seed);
  const inputs = new Float32Array(2 * COUNT);
  const labels = new Uint8Array(COUNT);
  for (let n = 0; n < COUNT; n++) {
    labels[n] = n % 2;
    const point = shapes[task](random, n % 2);
    for (let k = 0; k < 2; k++) {
      const moved = point[k]! + random.normal() * noise * SPREAD;
      inputs[2 * n + k] = Math.min(Math.max(moved, -1), 1);
    }
  }
  return { train: part(inputs, labels, 0), test: part(inputs, labels, COUNT / 2) };
}

function part(inputs: Float32Array, labels: Uint8Array, from: number): LessonSamples {
  const to = from + COUNT / 2;
  return { count: COUNT / 2, inputs: inputs.slice(2 * from, 2 * to), labels: labels.slice(from, to) };
}

type Point = readonly [x: number, y: number];

/** Draws a point of class 0 or 1, without noise. */
const shapes: Record<ToyName, (random: Random, label: number) => Point> = {
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

/** @param turns the angle in turns */
function onCircle(turns: number, radius: number): Point {
  const angle = 2 * Math.PI * (turns - Math.round(turns)); // −π to π
  return [radius * sine(angle + Math.PI / 2), radius * sine(angle)];
}

/** The power series of the sine, whose last term is below 10⁻¹³ for |x| ≤ 3π/2. */
function sine(x: number): number {
  let term = x;
  let sum = x;
  for (let k = 2; k < 34; k += 2) {
    term *= (-x * x) / (k * (k + 1));
    sum += term;
  }
  return sum;
}
