import { TypeFault } from '../../errors.js';
import { checkTransforms } from '../../model/check-transforms.js';
import { checkKeys, show } from '../../base/check.js';
import type { Columns } from '../../model/columns.js';
import type { LayerJSON } from '../../model/json.js';
import { Network } from '../../network.js';

export interface ModuleOptions {
  /**
   * What the answers are called, say the names of the classes; the module exports them as `outputs`. Default: the names of
   * the targets' transforms, where all have one; else there is no such export.
   */
  readonly outputs?: readonly string[];
}

/** What a module and its types are written of. */
export interface ModuleContent {
  /** How many numbers predict takes. */
  readonly given: number;
  /** How many the network sees, transformed. */
  readonly inputs: number;
  /** How many predict returns. */
  readonly answers: number;
  readonly layers: readonly LayerJSON[];
  readonly inputColumns: Columns | undefined;
  readonly targetColumns: Columns | undefined;
  /** The names of what is given, where all have one: a sample may be an object then. */
  readonly inputNames: readonly string[] | undefined;
  readonly outputs: readonly string[] | undefined;
}

/**
 * @throws TypeError where `net` is no network, or the options are none
 * @throws StateError after `dispose`
 */
export function describeModule(net: Network, options: ModuleOptions): ModuleContent {
  if (!(net instanceof Network))
    throw new TypeFault({ place: 'net', problem: `expected a Network of bp4, got ${show(net)}` });
  checkKeys('options', options, ['outputs']);
  const { inputs, layers, transforms = {} } = net.toJSON();
  const checked = checkTransforms(transforms, inputs, net.outputs);
  const { outputs = listNames(checked.targets) } = options;
  if (outputs !== undefined) checkNames(outputs, net.outputs);
  return {
    given: checked.inputs?.list.length ?? inputs,
    inputs,
    answers: net.outputs,
    layers,
    inputColumns: checked.inputs,
    targetColumns: checked.targets,
    inputNames: listNames(checked.inputs),
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

/** The lines about predict, of the module and of its types. */
export const predictComment = ({ given, answers, inputNames }: ModuleContent, returns = ''): string => `/**
 * Answers a sample, to the bit as bp4 does.
 * @param inputs the ${given === 1 ? 'value' : `${given} values`} of one sample, in order${inputNames ? ' or by name' : ''}
 * @returns ${returns}${numbers(answers)}
 * @throws TypeError, RangeError naming the input that is wrong
 */`;

export const outputsComment = '/** What the numbers that predict returns are called. */';

export const numbers = (count: number): string => (count === 1 ? '1 number' : `${count} numbers`);

/** What has no place inside a script element, and what ends a line. */
const unsafe = /[<>\u2028\u2029]/g;

type Literal = string | number | readonly Literal[];

/**
 * A value as JavaScript on one line: whatever a string holds, it ends neither the literal nor a script element around it.
 * Numbers are written so that they are read as the same double.
 */
export function toLiteral(value: Literal): string {
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (typeof value !== 'string') return `[${value.map(toLiteral).join(', ')}]`;
  return JSON.stringify(value).replace(unsafe, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
