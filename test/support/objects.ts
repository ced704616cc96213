import type { Kernels } from '../../src/kernels/kernels.js';
import { roundUp } from '../../src/memory/layout.js';
import type { Fields, Struct, StructViews } from '../../src/memory/struct-fields.js';
import { Views } from '../../src/memory/views.js';

/** A class of structs.ts. */
interface StructClass<S extends Struct> {
  new (views: StructViews, pointer: number): S;
  readonly bytes: number;
}

/** Zeros of the size of a struct, to place in memory. */
export const roomFor = ({ bytes }: { readonly bytes: number }): Uint8Array =>
  new Uint8Array(roundUp(bytes, 8));

/** Writes some fields of the struct at a pointer. @returns the pointer */
export function writeFields<S extends Struct>(
  kernels: Kernels,
  Struct: StructClass<S>,
  pointer: number,
  fields: Partial<Fields<S>>,
): number {
  Object.assign(new Struct(new Views(kernels), pointer), fields);
  return pointer;
}
