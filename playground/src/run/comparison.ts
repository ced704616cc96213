import type { Network } from 'bp4';
import type { Comparison } from '../protocol.js';
import { PageError } from './failure.js';
import { slice, type LessonSamples } from './samples.js';
import type { Trainer } from './trainer.js';

// Two networks learn the same samples side by side.

/** The points of each curve. */
const POINTS = 60;
/** The error is measured on at most this many samples. */
const MEASURED = 500;
const [FEWEST_STEPS, MOST_STEPS] = [200, 6000];
/** The multiplications of a run, which take about a second. */
const MOST_WORK = 1.5e9;

/** Trains both runs from their start. @yields what is known so far, after each point */
export async function* compareRuns(asIs: Trainer, cured: Trainer): AsyncGenerator<Comparison> {
  const end = Math.min(countSteps(asIs), countSteps(cured));
  const measured = slice(asIs.lesson.train, 0, MEASURED);
  const errors = [asIs, cured].map((trainer) => ({ trainer, values: [] as number[], isOver: false }));
  const steps: number[] = [];
  for (let point = 0; point <= POINTS; point++) {
    const step = Math.round((end * point) / POINTS);
    for (const run of errors) {
      run.isOver ||= !(await trainTo(run.trainer, step));
      if (!run.isOver) run.values.push(measureError(run.trainer.net, measured));
    }
    steps.push(step);
    yield { steps: [...steps], asIs: [...errors[0]!.values], cured: [...errors[1]!.values], end };
  }
}

function countSteps({ net, settings }: Trainer): number {
  const work = (3 * net.parameters.length + 1000) * settings.miniBatchSize;
  return Math.min(MOST_STEPS, Math.max(FEWEST_STEPS, Math.floor(MOST_WORK / work)));
}

/** @returns false if the run diverges */
async function trainTo(trainer: Trainer, step: number): Promise<boolean> {
  try {
    while (trainer.step < step) await trainer.train(step);
    return true;
  } catch (error) {
    if (error instanceof PageError && error.key === 'failure.diverged') return false;
    throw error;
  }
}

/** The mean of (a − y)²: unlike the cost, it's the same measure for every loss. */
function measureError(net: Network, { inputs, inputScale, labels, targets, count }: LessonSamples): number {
  const outputs = net.predict(inputs, inputScale === undefined ? {} : { inputScale });
  const width = outputs.length / count;
  return (
    outputs.reduce((sum, a, i) => {
      const y = targets === undefined ? Number(labels![Math.floor(i / width)] === i % width) : targets[i]!;
      return sum + (a - y) ** 2;
    }, 0) / outputs.length
  );
}
