import { gzipSync } from 'node:zlib';

/** The writing side of the format, for tests: code, size of an element, and how one is stored, big end first. */
const types = {
  uint8: [0x08, 1, (view: DataView, at: number, value: number) => view.setUint8(at, value)],
  int8: [0x09, 1, (view: DataView, at: number, value: number) => view.setInt8(at, value)],
  int16: [0x0b, 2, (view: DataView, at: number, value: number) => view.setInt16(at, value)],
  int32: [0x0c, 4, (view: DataView, at: number, value: number) => view.setInt32(at, value)],
  float32: [0x0d, 4, (view: DataView, at: number, value: number) => view.setFloat32(at, value)],
  float64: [0x0e, 8, (view: DataView, at: number, value: number) => view.setFloat64(at, value)],
} as const;

export type IdxType = keyof typeof types;
export const idxTypes = Object.keys(types) as IdxType[];

export function writeIdx(type: IdxType, shape: readonly number[], values: readonly number[]): Uint8Array {
  const [code, size, store] = types[type];
  const start = 4 + 4 * shape.length;
  const bytes = new Uint8Array(start + size * values.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0, 0, code, shape.length]);
  shape.forEach((length, i) => view.setUint32(4 + 4 * i, length));
  values.forEach((value, i) => store(view, start + size * i, value));
  return bytes;
}

export const gzip = (bytes: Uint8Array): Uint8Array => new Uint8Array(gzipSync(bytes));

export const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
