import { checkInteger, show } from '../base/check.js';
import { Random } from '../base/random.js';
import { RangeFault, TypeFault } from '../errors.js';
import { checkCategories, checkColumn } from './check-transforms.js';
import { initializers } from './initializers.js';
import { defaultInitializer, MOST_UNITS, type ActivationName, type NetworkSpec } from './spec.js';
import type { NetworkState, Parameters } from './state.js';
import { widthOf, type Transform } from './transforms.js';

// A network with more inputs or more classes: the old weights, and new ones drawn from the random generator as it is now.

/** Where the inputs, or the units, of the larger layer come from. */
interface Places {
  readonly count: number;
  /** The place in the old layer; undefined for a new one. */
  readonly from: (this: void, i: number) => number | undefined;
}

const appended = (before: number, count: number): Places => ({
  count,
  from: (i) => (i < before ? i : undefined),
});

/**
 * @param inputs the number of inputs; or columns, by their names or transforms
 * @throws TypeError, RangeError that name the place
 */
export function withInputs(
  state: NetworkState,
  inputs: number | readonly (string | Transform)[],
): NetworkState {
  const { spec } = state;
  const columns = spec.transforms?.inputs;
  if (typeof inputs === 'number') {
    if (columns)
      throw new TypeFault({
        place: 'inputs',
        problem: "the network's inputs have transforms, so a number of inputs isn't enough",
        cure: 'give the new columns by their names or transforms',
      });
    checkInteger('inputs', inputs, spec.inputs, MOST_UNITS);
    return grow(state, { inputs }, 0, { inputs: appended(spec.inputs, inputs) });
  }
  if (!Array.isArray(inputs))
    throw new TypeFault({ place: 'inputs', problem: `expected a number or an array, got ${show(inputs)}` });
  if (!columns?.every(({ name }) => name !== undefined))
    throw new TypeFault({
      place: 'inputs',
      problem: "the network's inputs have no names",
      cure: columns ? 'give each of its transforms a name' : 'give the new number of inputs',
    });
  const { grown, places } = growColumns(columns, inputs as readonly (string | Transform)[]);
  const transforms = { ...spec.transforms, inputs: grown };
  const from = (k: number): number | undefined => places[k];
  return grow(state, { inputs: places.length, transforms }, 0, { inputs: { count: places.length, from } });
}

/**
 * Columns that the network has stay in their places, and may get more categories; the others come after them.
 * @returns the columns; and for each number of a transformed row its place in the old row, undefined for a new one
 */
function growColumns(
  columns: readonly Transform[],
  given: readonly (string | Transform)[],
): { readonly grown: readonly Transform[]; readonly places: readonly (number | undefined)[] } {
  const asked = new Map<string, Transform | undefined>();
  for (const [k, one] of given.entries()) {
    const place = `inputs[${k}]`;
    const checked = typeof one === 'string' ? undefined : checkColumn(place, one).given;
    const name = checked ? checked.name : (one as string);
    if (name === undefined || asked.has(name))
      throw new TypeFault({
        place,
        problem: `expected a name, or a transform with a name, each name once; got ${show(name)}`,
      });
    asked.set(name, checked);
  }
  const places: (number | undefined)[] = [];
  let at = 0;
  const old = columns.map((column) => {
    const wider = widen(column, asked.get(column.name!));
    const width = widthOf(column);
    for (let i = 0; i < widthOf(wider); i++) places.push(i < width ? at + i : undefined);
    at += width;
    asked.delete(column.name!);
    return wider;
  });
  const more = Array.from(asked, ([name, one]): Transform => one ?? { kind: 'identity', name });
  for (const one of more) places.push(...new Array<undefined>(widthOf(one)));
  return { grown: [...old, ...more], places };
}

/** A column keeps its transform, because its weights depend on it. Only categories can be added to it. */
function widen(column: Transform, asked: Transform | undefined): Transform {
  if (!asked) return column;
  const place = `column ${show(column.name)}`;
  if (asked.kind !== column.kind)
    throw new RangeFault({
      place,
      problem: `the network has it as ${show(column.kind)}, and its weights depend on that`,
      cure: 'leave it out, or give the new column another name',
    });
  if (column.kind !== 'oneHot' || asked.kind !== 'oneHot') return column;
  return { ...column, categories: join(`${place}.categories`, column.categories, asked.categories) };
}

/** Known names, then those that are new. */
function join<Names extends readonly string[] | readonly number[]>(
  place: string,
  known: Names,
  given: unknown,
): Names {
  const more = checkCategories(place, given).filter((one) => !(known as readonly unknown[]).includes(one));
  return [...known, ...more] as unknown as Names;
}

/**
 * @param classes the number of classes; or their names, of which the network may know some
 * @throws TypeError, RangeError that name the place
 */
export function withClasses(
  state: NetworkState,
  classes: number | readonly string[] | readonly number[],
): NetworkState {
  const { layers, transforms } = state.spec;
  const { units, activation } = layers.at(-1)!;
  const outputs = transforms?.outputs;
  const isOfClasses = activation === 'softmax' || (activation === 'sigmoid' && units > 1);
  if (!isOfClasses || transforms?.targets)
    throw new RangeFault({
      place: 'classes',
      problem: 'they need a last layer of softmax, or of several sigmoid units without transforms of targets',
      cure: 'create a network with one output for each class',
    });
  if ((typeof classes === 'number') === (outputs !== undefined))
    throw new TypeFault({
      place: 'classes',
      problem: outputs ? "the network's classes have names" : "the network's classes have no names",
      cure: outputs ? 'give the names of the new ones' : 'give the new number of classes',
    });
  const names = typeof classes === 'number' ? undefined : join('classes', outputs!, classes);
  const count =
    typeof classes === 'number' ? checkInteger('classes', classes, units, MOST_UNITS) : names!.length;
  const last = { ...layers.at(-1)!, units: count };
  const grown: Partial<NetworkSpec> = {
    layers: [...layers.slice(0, -1), last],
    ...(names && { transforms: { ...transforms, outputs: names } }),
  };
  return grow(state, grown, layers.length - 1, { units: appended(units, count) });
}

/**
 * @param changes of the spec
 * @param l the layer that grows
 * @param places of its inputs or units, where these change
 * @returns the state of the larger network. The progress of training, with the optimizer's state, isn't kept
 */
function grow(
  { spec, parameters, generator, optimizer }: NetworkState,
  changes: Partial<NetworkSpec>,
  l: number,
  places: { readonly inputs?: Places; readonly units?: Places },
): NetworkState {
  const random = new Random(generator);
  const larger = growLayer(parameters[l]!, spec.layers[l]!.activation, places, random);
  return {
    spec: { ...spec, ...changes },
    parameters: parameters.map((layer, i) => (i === l ? larger : layer)),
    generator: random.state,
    ...(optimizer && { optimizer }),
  };
}

/** Draws what is new unit by unit: its weights, then its bias. */
function growLayer(
  { weights: old, biases }: Parameters,
  activation: ActivationName,
  { inputs: givenInputs, units: givenUnits }: { readonly inputs?: Places; readonly units?: Places },
  random: Random,
): Parameters {
  const fanIn = old.length / biases.length;
  const inputs = givenInputs ?? appended(fanIn, fanIn);
  const units = givenUnits ?? appended(biases.length, biases.length);
  const { weight, bias } = initializers[defaultInitializer(activation)];
  const larger = {
    weights: new Float32Array(units.count * inputs.count),
    biases: new Float32Array(units.count),
  };
  for (let j = 0; j < units.count; j++) {
    const unit = units.from(j);
    for (let k = 0; k < inputs.count; k++) {
      const input = inputs.from(k);
      const isNew = unit === undefined || input === undefined;
      larger.weights[j * inputs.count + k] = isNew
        ? weight(random, inputs.count, units.count)
        : old[unit * fanIn + input]!;
    }
    larger.biases[j] = unit === undefined ? bias(random) : biases[unit]!;
  }
  return larger;
}
