import { awaited, type Work } from '../base/work.js';
import { BINARY_CROSS_ENTROPY, LEAKY_RELU, QUADRATIC, SOFTMAX } from '../kernels/codes.js';
import { compile, instantiateKernels } from '../kernels/wasm.js';
import type { Model } from '../model/model.js';
import type { Training } from './epochs.js';
import type { Hook } from './hook.js';
import { Diverged } from './hooks/divergence.js';
import { WORK_BETWEEN_PAUSES } from './pace.js';
import type { EpochReport } from './reports.js';
import { wasmText } from './wasm-tiny-module.js';

// Whole epochs of tiny networks. Loaded only for a training run that's long enough.

/** The kernel of assembly/tiny.ts. */
interface TinyKernels {
  descendEpochs(
    net: number,
    window: number,
    random: number,
    count: number,
    size: number,
    learningRate: number,
    epochs: number,
    most: number,
    history: number,
  ): number;
}

/** Bytes of an epoch in the history of the kernel, and of the generator's state before it. */
const EPOCH_BYTES = 16;
const STATE_BYTES = 16;

/** The kernel has no sparse rows. */
const MOST_INPUTS = 31;

let compiled: Promise<WebAssembly.Module> | undefined;

/** By the engine whose memory they share. */
const instances = new WeakMap<object, TinyKernels>();

/**
 * Runs all epochs of a training run that needs nothing between them; otherwise none. The bits are those of `runEpochs`.
 * @param history gets the reports
 */
export function* runTinyEpochs(
  training: Training,
  hooks: readonly Hook[],
  history: EpochReport[],
): Work<void> {
  const { model, random, windows, run, snapshot, options } = training;
  const window = windows.current;
  const rate = options.schedule.constant;
  if (rate === undefined || !window?.isHeld || !fits(training)) return;
  if (window.count > window.samplesPerCall) return;
  let kernels = instances.get(model.kernels);
  if (!kernels) {
    // A page's Content-Security-Policy may have changed since the core was compiled.
    kernels = yield* awaited(instantiate(model).catch(() => undefined));
    if (!kernels) return;
    instances.set(model.kernels, kernels);
  }
  const { count, size } = window;
  const work = count * window.workPerSample;
  const epochsPerCall = Math.min(
    Math.ceil(WORK_BETWEEN_PAUSES.wasm / work),
    Math.floor((model.layout.scratchBytes - STATE_BYTES) / EPOCH_BYTES),
  );
  const steps = Math.ceil(count / size);
  while (run.epoch <= options.epochs) {
    const { net, scratch } = model.layout;
    const epochs = Math.min(epochsPerCall, options.epochs - run.epoch + 1);
    model.views.words.set(random.state, scratch >>> 2);
    const results = scratch + STATE_BYTES;
    const most = windows.mostLoss * count;
    const { pointer } = window;
    const done = kernels.descendEpochs(net, pointer, scratch, count, size, rate, epochs, most, results);
    const { words, doubles } = model.views;
    const state = words.subarray(scratch >>> 2, (scratch >>> 2) + 4);
    random.restore([state[0]!, state[1]!, state[2]!, state[3]!]);
    random.writeState(run.epochStart);
    let loss = 0;
    for (let at = results >>> 3, end = at + 2 * done; at < end; at += 2) {
      loss = doubles[at]!;
      history.push({ epoch: run.epoch++, loss: loss / count, accuracy: doubles[at + 1]! / count });
    }
    run.step += done * steps;
    run.epochStep = run.step;
    run.learningRate = rate;
    if (done > 0) run.stepsPerEpoch = steps;
    if (loss > most) {
      if (windows.hasGrown(loss / count, model, snapshot)) throw new Diverged(rate, true);
    } else if (done < epochs) throw new Diverged(rate);
    for (const { afterStep } of hooks) {
      const pause = afterStep?.(done * count, done * work);
      if (pause) yield pause.value;
    }
  }
}

/** Whether the kernel can train the network, and nothing but reports is due after a step or an epoch. */
function fits({ model, options, run, average }: Training): boolean {
  const { kernels, spec, loss, rule } = model;
  const { onBatch, onEpoch, validation, validationSplit, earlyStopping, diagnose, checkpoint } = options;
  const isWatched = [onBatch, onEpoch, validation, earlyStopping, checkpoint].some(Boolean);
  return (
    !kernels.team &&
    !isWatched &&
    !diagnose &&
    !average &&
    validationSplit === 0 &&
    (options.optimizer.name === 'sgd' || options.optimizer.name === 'momentum') &&
    options.regularization.isNone &&
    rule.isWeighted === 0 &&
    run.done === 0 &&
    !run.isOver &&
    spec.inputs <= MOST_INPUTS &&
    (loss === QUADRATIC || loss === BINARY_CROSS_ENTROPY) &&
    model.layers.every(
      ({ activation, dropBelow }) => activation <= LEAKY_RELU && activation !== SOFTMAX && dropBelow === 0,
    )
  );
}

async function instantiate({ kernels }: Model): Promise<TinyKernels> {
  compiled ??= compile(wasmText);
  return await instantiateKernels<TinyKernels>(await compiled, kernels.memory.memory!);
}
