import { RangeFault } from '../../errors.js';
import { show } from '../../base/check.js';

// Groups tensors into layers and orders the layers.

/** Captures the layer's prefix in a tensor name: 'net.0' in 'net.0.weight', '' in 'weight'. */
const tensorPattern = /^(?:(.*)\.)?(?:weight|bias)$/s;

/** The name of a tensor of the layer with a prefix. */
export const tensorName = (prefix: string, part: 'weight' | 'bias'): string =>
  prefix === '' ? part : `${prefix}.${part}`;

/**
 * The prefixes of the layers, first to last. Without `given`, prefixes may differ only in their numbers, which
 * determine the order: 'fc2' comes before 'fc10', and 'net.0' before 'net.2'.
 * @throws RangeError naming a tensor outside any layer, or prefixes without an order
 */
export function orderPrefixes(
  names: Iterable<string>,
  given: readonly string[] | undefined,
): readonly string[] {
  const found = new Set<string>();
  for (const name of names) {
    const match = tensorPattern.exec(name);
    if (!match) {
      throw new RangeFault({
        place: show(name),
        problem: "expected tensors of Linear layers, which end in 'weight' or 'bias'",
      });
    }
    found.add(match[1] ?? '');
  }
  if (given) return checkGiven(found, given);
  const prefixes = Array.from(found, (prefix) => ({
    prefix,
    numbers: (prefix.match(/\d+/g) ?? []).map(Number),
  }));
  const [pattern, other] = new Set(prefixes.map(({ prefix }) => prefix.replaceAll(/\d+/g, '#')));
  if (pattern === undefined)
    throw new RangeFault({ place: '', problem: 'expected tensors of at least one Linear' });
  if (other !== undefined) {
    const [one, two] = [pattern, other].map((pattern) => show(pattern.replaceAll('#', '…')));
    throw new RangeFault({
      place: `tensors of ${one} and of ${two}`,
      problem: 'their names have no numbers that order them',
      cure: 'list the layers in order in options.layers',
      option: { name: 'layers' },
    });
  }
  prefixes.sort(({ numbers: a }, { numbers: b }) => {
    const differs = a.findIndex((number, i) => number !== b[i]);
    return differs < 0 ? 0 : a[differs]! - b[differs]!;
  });
  return prefixes.map(({ prefix }) => prefix);
}

function checkGiven(found: ReadonlySet<string>, given: readonly string[]): readonly string[] {
  const missing = [...found].find((prefix) => !given.includes(prefix));
  if (missing !== undefined)
    throw new RangeFault({ place: `tensors of ${show(missing)}`, problem: 'are not among options.layers' });
  return given;
}
