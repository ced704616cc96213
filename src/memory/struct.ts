/** The memory as the typed arrays through which fields of structs are read and written. */
export interface StructViews {
  readonly ints: Int32Array;
  readonly words: Uint32Array;
  readonly singles: Float32Array;
  readonly doubles: Float64Array;
}

/**
 * A struct in linear memory. Its fields are accessors: each reads or writes the memory, as the kernels do. The classes are
 * generated (scripts/generate-structs.mjs).
 */
export abstract class Struct {
  /** @param pointer where the struct begins */
  constructor(
    protected readonly views: StructViews,
    readonly pointer: number,
  ) {}
}

/** The fields of a struct as a plain object. */
export type Fields<S extends Struct> = Omit<S, keyof Struct>;

/** Writes all fields of a struct. */
export function writeStruct<S extends Struct>(struct: S, fields: Readonly<Fields<S>>): void {
  Object.assign(struct, fields);
}
