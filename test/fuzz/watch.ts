// What no reader may do, whatever it is given: change what all objects inherit, or give an object a prototype out of a file.

const shared: readonly object[] = [
  ...[Object, Array, Function, String, Number, Boolean, Map, Set, Promise, Error, RegExp, Uint8Array].map(
    (type) => type.prototype as object,
  ),
  Object.getPrototypeOf(Uint8Array.prototype) as object,
  ...[Object, JSON, Math, Reflect, globalThis],
];

type Snapshot = readonly [of: object, keys: readonly PropertyKey[], values: readonly unknown[]];

const computeValue = (object: object, key: PropertyKey): unknown => {
  const descriptor: { readonly value?: unknown; readonly get?: unknown } | undefined =
    Object.getOwnPropertyDescriptor(object, key);
  // some of Node's own come to be a value when they are first asked for
  return object === globalThis ? undefined : (descriptor?.get ?? descriptor?.value);
};

function snapshot(object: object): Snapshot {
  const keys = Reflect.ownKeys(object);
  return [object, keys, keys.map((key) => computeValue(object, key))];
}

function changeSince([object, keys, values]: Snapshot): string | undefined {
  const now = Reflect.ownKeys(object);
  const other =
    now.find((key, i) => key !== keys[i]) ??
    keys.find((key, i) => !Object.is(computeValue(object, key), values[i]));
  if (other === undefined && now.length === keys.length) return undefined;
  return `${Object.prototype.toString.call(object)} has another ${String(other ?? keys.at(-1))}`;
}

/** Remembers what all objects share. */
export class Watch {
  readonly #all = shared.map(snapshot);
  readonly #often = this.#all.slice(0, 2);

  /** @param isThorough whether all is looked at, which takes longer. @returns what has changed */
  change(isThorough: boolean): string | undefined {
    for (const one of isThorough ? this.#all : this.#often) {
      const change = changeSince(one);
      if (change !== undefined) return change;
    }
    return undefined;
  }
}

/** An object within an answer that inherits from something that is no prototype of a class: it came from a file. */
export function strangeIn(answer: unknown, depth = 4): string | undefined {
  if (typeof answer !== 'object' || answer === null || ArrayBuffer.isView(answer)) return undefined;
  const prototype = Object.getPrototypeOf(answer) as object | null;
  if (prototype && typeof computeValue(prototype, 'constructor') !== 'function') {
    return `an object inherits ${Object.keys(prototype).slice(0, 5).join()} from its file`;
  }
  if (depth === 0) return undefined;
  const within = answer instanceof Map ? answer.values() : Object.values(answer);
  let looked = 0;
  for (const one of within as Iterable<unknown>) {
    if (looked++ > 20) break;
    const strange = strangeIn(one, depth - 1);
    if (strange !== undefined) return strange;
  }
  return undefined;
}
