import { wireType, type Fields, type Given, type Kind } from './protobuf.js';

/** Encodes a message, with its fields in the order of the table. Integers must be from 0 to below 2^53. */
export function encode<F extends Fields>(fields: F, message: Given<F>): Uint8Array<ArrayBuffer> {
  const parts = encodeParts(fields, message);
  const bytes = new Uint8Array(sumLengths(parts));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

const sumLengths = (parts: readonly Uint8Array[]): number =>
  parts.reduce((sum, { length }) => sum + length, 0);

/** Encodes in parts, so that large tensors are copied only once. */
function encodeParts(fields: Fields, message: object): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (const [name, [number, kind, many]] of Object.entries(fields)) {
    const given = (message as Record<string, unknown>)[name];
    if (given === undefined) continue;
    for (const value of many ? (given as unknown[]) : [given]) {
      parts.push(varint(number * 8 + wireType(kind)));
      for (const part of encodeValue(kind, value)) parts.push(part); // no spread, because there may be more than a call takes as arguments
    }
  }
  return parts;
}

function encodeValue(kind: Kind, value: unknown): Uint8Array[] {
  if (kind === 'int') return [varint(value as number)];
  if (kind === 'float') return [new Uint8Array(Float32Array.of(value as number).buffer)];
  if (kind === 'double') return [new Uint8Array(Float64Array.of(value as number).buffer)];
  const parts =
    kind === 'bytes'
      ? [value as Uint8Array]
      : kind === 'string'
        ? [new TextEncoder().encode(value as string)]
        : encodeParts(kind, value as object);
  return [varint(sumLengths(parts)), ...parts];
}

function varint(value: number): Uint8Array {
  const bytes = [];
  for (; value >= 128; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return Uint8Array.of(...bytes, value);
}
