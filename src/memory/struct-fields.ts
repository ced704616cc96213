/** The typed arrays over memory through which fields of structs are read and written. */
export interface StructViews {
  readonly ints: Int32Array;
  readonly words: Uint32Array;
  readonly singles: Float32Array;
  readonly doubles: Float64Array;
}

/**
 * A struct in linear memory. Its fields are accessors that read and write the memory, as the kernels do. The classes are
 * generated (scripts/generate-structs.mjs).
 */
export abstract class Struct {
  // Declared only, because a field that is defined in six subclasses takes V8 far longer than one that is assigned.
  declare readonly views: StructViews;
  declare readonly pointer: number;

  /** @param pointer the first byte of the struct */
  constructor(views: StructViews, pointer: number) {
    this.views = views;
    this.pointer = pointer;
  }
}

/** The fields of a struct as a plain object. */
export type Fields<S extends Struct> = Omit<S, keyof Struct>;

/**
 * Writes all fields of a struct.
 * @param known values of fields that `fields` leaves out. Apart, because V8 takes far longer to merge so many than to write them
 */
export function writeStruct<S extends Struct, K extends Partial<Fields<S>> = object>(
  struct: S,
  fields: Readonly<Omit<Fields<S>, keyof K> & Partial<Fields<S>>>,
  known?: Readonly<K>,
): void {
  Object.assign(struct, known);
  Object.assign(struct, fields);
}

type Accessors = (offset: number) => {
  get: (this: Struct) => number;
  set: (this: Struct, x: number) => void;
};

/** Accessors by the letter of a field's type. Each array has a separate function, because these are hot. */
const accessors: Readonly<Record<string, Accessors>> = {
  i: (offset) => ({
    get() {
      return this.views.ints[(this.pointer + offset) >>> 2]!;
    },
    set(x) {
      this.views.ints[(this.pointer + offset) >>> 2] = x;
    },
  }),
  u: (offset) => ({
    get() {
      return this.views.words[(this.pointer + offset) >>> 2]!;
    },
    set(x) {
      this.views.words[(this.pointer + offset) >>> 2] = x;
    },
  }),
  s: (offset) => ({
    get() {
      return this.views.singles[(this.pointer + offset) >>> 2]!;
    },
    set(x) {
      this.views.singles[(this.pointer + offset) >>> 2] = x;
    },
  }),
  d: (offset) => ({
    get() {
      return this.views.doubles[(this.pointer + offset) >>> 3]!;
    },
    set(x) {
      this.views.doubles[(this.pointer + offset) >>> 3] = x;
    },
  }),
};

/**
 * Defines the fields of a class. This takes far less code than written-out accessors.
 * @public to structs.ts, which is generated
 * @param fields in order, as `name:letter`, separated by spaces; each aligned to its size
 */
export function defineFields({ prototype }: { readonly prototype: Struct }, fields: string): void {
  let end = 0;
  for (const field of fields.split(' ')) {
    const [name, letter] = field.split(':') as [string, string];
    const size = letter === 'd' ? 8 : 4;
    const offset = Math.ceil(end / size) * size;
    Object.defineProperty(prototype, name, accessors[letter]!(offset));
    end = offset + size;
  }
}
