/** Samples as bytes, row after row, and the index of the right output for each. */
export interface LabelledBytes {
  readonly inputs: Uint8Array;
  readonly inputScale: number;
  readonly labels: Uint8Array;
}

export function mnist(part: 'train' | 't10k'): LabelledBytes;
