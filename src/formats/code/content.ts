import type { Ensemble } from '../../ensemble/ensemble.js';
import { TypeFault } from '../../errors.js';
import { checkTransforms } from '../../model/check-transforms.js';
import { checkKeys, show } from '../../base/check.js';
import type { Columns } from '../../model/columns.js';
import { specToJSON, type LayerJSON } from '../../model/json.js';
import type { Parameters } from '../../model/state.js';
import type { Network } from '../../network.js';
import { checkNetwork, isEnsemble } from '../portable.js';

export interface ModuleOptions {
  /**
   * The names of the outputs, for example of the classes. The module exports them as `outputs`. Default: the names of
   * the targets' transforms if all have one, otherwise this export is missing.
   */
  readonly outputs?: readonly string[];
}

/** The contents of a module and of its types. */
export interface ModuleContent {
  /** One, or those of an ensemble. They take the same columns, and answer with as many numbers. */
  readonly networks: readonly ModuleNetwork[];
  readonly isEnsemble: boolean;
  /** The number of values that predict takes. */
  readonly given: number;
  /** The number of values that predict returns. */
  readonly answers: number;
  /** The names of the columns if all have one; a sample may then be an object. */
  readonly inputNames: readonly string[] | undefined;
  readonly outputs: readonly string[] | undefined;
}

/** A network of a module. */
export interface ModuleNetwork {
  /** Its factor in the mean. */
  readonly weight: number;
  /** The number of transformed values, the inputs of the network. */
  readonly inputs: number;
  readonly layers: readonly ModuleLayer[];
  readonly inputColumns: Columns | undefined;
  readonly targetColumns: Columns | undefined;
}

/** A layer of a module. */
export type ModuleLayer = Pick<LayerJSON, 'activation' | 'alpha' | 'units'> & Parameters;

/**
 * @throws TypeError if `net` is neither a Network nor an Ensemble, or an option is unknown or invalid
 * @throws StateError after `dispose`
 */
export function describeModule(net: Network | Ensemble, options: ModuleOptions): ModuleContent {
  const isOne = !isEnsemble(net);
  if (isOne) checkNetwork(net);
  checkKeys('options', options, ['outputs']);
  const members = isOne ? [{ state: net.state, weight: 1 }] : net.members;
  const networks = members.map(({ state, weight }): ModuleNetwork => {
    const { inputs, layers: specs, transforms = {} } = specToJSON(state);
    const layers = specs.map((spec, l) => ({ ...spec, ...state.parameters[l]! }));
    const checked = checkTransforms(transforms, inputs, net.outputs);
    return { weight, inputs, layers, inputColumns: checked.inputs, targetColumns: checked.targets };
  });
  const { inputs, inputColumns, targetColumns } = networks[0]!;
  const { outputs = listNames(targetColumns) } = options;
  if (outputs !== undefined) checkNames(outputs, net.outputs);
  return {
    networks,
    isEnsemble: !isOne,
    given: inputColumns?.list.length ?? inputs,
    answers: net.outputs,
    inputNames: listNames(inputColumns),
    outputs,
  };
}

function listNames(columns: Columns | undefined): string[] | undefined {
  const names = columns?.list.flatMap(({ given }) => given.name ?? []);
  return names?.length === columns?.list.length ? names : undefined;
}

function checkNames(names: unknown, count: number): void {
  const isFit = Array.isArray(names) && names.length === count;
  if (isFit && names.every((name) => typeof name === 'string')) return;
  const got = Array.isArray(names) ? `an array of ${names.length}` : show(names);
  throw new TypeFault({
    place: 'options.outputs',
    problem: `expected ${count} strings, a name for each output, got ${got}`,
  });
}

/** The doc comment of predict in the module and in its types. */
export const predictComment = ({ given, answers, inputNames }: ModuleContent, returns = ''): string => `/**
 * Predicts the outputs of one sample, to the same bits as bp4.
 * @param inputs the ${given === 1 ? 'value' : `${given} values`} of one sample, in order${inputNames ? ' or by name' : ''}
 * @returns ${returns}${numbers(answers)}
 * @throws TypeError or RangeError naming the invalid input
 */`;

export const outputsComment = '/** The names of the outputs of predict. */';

export const numbers = (count: number): string => (count === 1 ? '1 number' : `${count} numbers`);

/** Characters that are unsafe inside a script element or end a line. */
const unsafe = /[<>\u2028\u2029]/g;

type Literal = string | number | readonly Literal[];

/** A number that JSON writes as `String` does. */
const isPlain = (value: Literal): boolean => Number.isFinite(value) && !Object.is(value, -0);

/**
 * Writes a value as a JavaScript literal on one line. No string can end the literal or an enclosing script element.
 * Numbers read back as the same double.
 */
export function toLiteral(value: Literal): string {
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (typeof value !== 'string') {
    // JSON writes a row of weights twice as fast.
    const texts = value.every(isPlain) ? JSON.stringify(value).slice(1, -1).split(',') : value.map(toLiteral);
    return `[${texts.join(', ')}]`;
  }
  return JSON.stringify(value).replace(unsafe, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
