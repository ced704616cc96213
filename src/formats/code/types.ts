import type { Ensemble } from '../../ensemble/ensemble.js';
import type { Columns } from '../../model/columns.js';
import type { Network } from '../../network.js';
import { describeModule, outputsComment, predictComment, type ModuleOptions } from './content.js';
import { toLiteral } from './content.js';

/**
 * Writes the declaration file for the module of `toModule`: `net.d.mts` for `net.mjs`.
 * @param options as for `toModule`
 * @throws TypeError if `net` is neither a Network nor an Ensemble, or an option is unknown or invalid
 * @throws StateError after `dispose`
 */
export function toModuleTypes(net: Network | Ensemble, options: ModuleOptions = {}): string {
  const content = describeModule(net, options);
  const { networks, inputNames, outputs } = content;
  const { inputColumns } = networks[0]!;
  const value = inputColumns?.list.some(({ places }) => places) ? 'number | string' : 'number';
  return `${outputs ? `${outputsComment}\nexport declare const outputs: readonly ${toLiteral(outputs)};\n\n` : ''}${
    inputNames ? namedInputs(inputColumns!) : ''
  }${predictComment(content)}
export declare function predict(inputs: ArrayLike<${value}>${inputNames ? ' | NamedInputs' : ''}): Float32Array;
`;
}

/** A sample as an object. A name that occurs twice is one property. */
function namedInputs({ list }: Columns): string {
  const types = new Map(
    list.map(({ given, places, rest }) => {
      if (!places) return [given.name!, 'number'];
      return [given.name!, rest === undefined ? categoryType([...places.keys()]) : 'string | number'];
    }),
  );
  const lines = Array.from(types, ([name, type]) => `  readonly ${toLiteral(name)}: ${type};\n`);
  return `/** A sample by the names of its columns. */\nexport interface NamedInputs {\n${lines.join('')}}\n\n`;
}

/** A union of texts; or `number` for numbers, because data read from files rarely have literal types. */
function categoryType(categories: readonly unknown[]): string {
  const words = categories.filter((category) => typeof category === 'string');
  return words.map((word) => toLiteral(word)).join(' | ') || 'number';
}
