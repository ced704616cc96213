/** @returns gzipped */
export function digitsFile(training?: number, test?: number): Uint8Array<ArrayBuffer>;
