import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import type { Move } from '../drag.js';
import type { Parameter, Problem, Request, Trial, Walk } from '../protocol.js';
import { computeFeatures } from '../run/features.js';
import type { Run } from './use-run.js';
import { readLayer, restView, sampleTargets, type View } from './view.js';

/** The network at rest with the next sample, and the weights, biases and inputs that the user changes. */
export interface Trying {
  /** Undefined while the run plays. */
  readonly view: View | undefined;
  readonly isChanged: boolean;
  /** Changes a weight, a bias, or an input if the layer is −1. */
  readonly edit: (at: Parameter, value: number) => void;
  /** Moves the sample over the plane. */
  readonly move: Move;
  readonly undo: () => void;
  /** All weights and biases, as changed, in the order of `net.parameters`. */
  readonly listParameters: () => number[];
}

interface Edited {
  /** What the changes were made to. */
  readonly of: Walk;
  readonly trial: Trial;
  /** The requests of these changes are numbered from `first` to `id`. */
  readonly id: number;
  readonly first: number;
}

let requests = 0;

/** The worker computes what each change leads to. Nothing is trained. */
export function useTrial(
  { problem, settings, progress, tried }: Run,
  send: (request: Request) => void,
): Trying {
  const next = progress?.next;
  const rest = useMemo(
    () => (next && problem && settings ? restView(next, problem, settings) : undefined),
    [next, problem, settings],
  );
  const [last, setLast] = useState<Edited>();
  const edited = last?.of === next ? last : undefined;
  useEffect(() => {
    if (edited !== undefined) send({ type: 'try', id: edited.id, trial: edited.trial });
  }, [edited, send]);

  const change = useCallback(
    (apply: (trial: Trial, view: View) => Trial) => {
      if (rest === undefined || next === undefined) return;
      setLast((old) => {
        const id = ++requests;
        const isSame = old?.of === next;
        const trial = apply(isSame ? old.trial : takeTrial(rest), rest);
        return { of: next, trial, id, first: isSame ? old.first : id };
      });
    },
    [rest, next],
  );
  const edit = useCallback(
    (at: Parameter, value: number) => {
      if (Number.isFinite(value)) change((trial, view) => changeNumber(trial, at, value, view));
    },
    [change],
  );
  const move = useCallback<Move>(
    (to, target) =>
      change((trial, view) => {
        const [x1 = 0, x2 = 0] = trial.point ?? [];
        return changePoint(trial, Float32Array.from(to([x1, x2])), target, view);
      }),
    [change],
  );
  const undo = useCallback(() => setLast(undefined), []);
  const isAnswered = edited !== undefined && tried !== undefined && tried.id >= edited.first;
  const answer = isAnswered ? tried.walk : undefined;
  const view = useMemo(() => (rest && answer ? { ...rest, walk: answer, sample: 0 } : rest), [rest, answer]);
  const listParameters = (): number[] => {
    const layers = edited?.trial.layers ?? [];
    return layers.flatMap(({ weights, biases }) => [...weights, ...biases]);
  };
  return { view, isChanged: edited !== undefined, edit, move, undo, listParameters };
}

/** The sample of a view and its weights. */
export function takeTrial(view: View): Trial {
  const { walk, sample } = view;
  return {
    layers: view.walk.before,
    inputs: readLayer(view, 0).inputs.slice(),
    targets: sampleTargets(view).slice(),
    ...(walk.points && { point: walk.points.slice(2 * sample, 2 * sample + 2) }),
  };
}

function changePoint(
  { layers, targets }: Trial,
  point: Float32Array,
  target: number | undefined,
  { problem, settings }: View,
): Trial {
  return {
    layers,
    inputs: computeFeatures(point, settings.features),
    targets: target === undefined ? targets : encodeTarget(target, problem),
    point,
  };
}

/** As the network receives it: several outputs have one for each class. */
function encodeTarget(target: number, { outputNames }: Problem): Float32Array {
  if (outputNames.length === 1) return Float32Array.of(target);
  return Float32Array.from(outputNames, (_, output) => Number(output === target));
}

function changeNumber(
  { layers, targets, ...sample }: Trial,
  { layer, unit, from }: Parameter,
  value: number,
  { settings }: View,
): Trial {
  if (layer < 0) {
    const inputs = replace(sample.inputs, unit, value);
    // other features don't determine the point
    const isPoint = sample.point !== undefined && settings.features.join() === 'x1,x2';
    return { layers, targets, inputs, ...(isPoint && { point: inputs }) };
  }
  const changed = layers.map((old, l) => {
    if (l !== layer) return old;
    const fanIn = old.weights.length / old.biases.length;
    return from === undefined
      ? { ...old, biases: replace(old.biases, unit, value) }
      : { ...old, weights: replace(old.weights, unit * fanIn + from, value) };
  });
  return { layers: changed, targets, ...sample };
}

function replace(values: Float32Array, at: number, value: number): Float32Array {
  const changed = values.slice();
  changed[at] = value;
  return changed;
}
