/** Samples as bytes, row by row, and the class index of each. */
export interface LabelledBytes {
  readonly inputs: Uint8Array;
  readonly inputScale: number;
  readonly labels: Uint8Array;
}

export function mnist(part: 'train' | 't10k'): LabelledBytes;
