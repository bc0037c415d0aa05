import { InputError } from '../core/errors.ts';
import { describeShape } from '../core/shape.ts';
import { gunzip, isGzip } from './gunzip.ts';
import { recogniseFile } from './recogniseFile.ts';
import { grouped, hex, quoted } from './wording.ts';

/** The content of an IDX file. */
export interface IdxArray {
  readonly shape: readonly number[];
  readonly type: IdxTypeName;
  readonly data: Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;
}

export type IdxTypeName = 'uint8' | 'int8' | 'int16' | 'int32' | 'float32' | 'float64';

/** What a reader of files refuses before it allocates; all of it can be raised by the caller. */
export interface IdxLimits {
  readonly maxFileBytes?: number;
  readonly maxUnpackedBytes?: number;
  readonly maxElements?: number;
  readonly maxDimension?: number;
}

/** The limits of {@link parseIdx}, for one file. */
export const idxLimits = {
  maxFileBytes: 256 * 2 ** 20,
  maxUnpackedBytes: 512 * 2 ** 20,
  maxElements: 2 ** 28,
  maxDimension: 2 ** 24,
} as const satisfies Required<IdxLimits>;

const MAX_RANK = 8;

/** An element type: an empty array of it, and how one element is read, big end first. */
interface IdxType {
  readonly name: IdxTypeName;
  readonly bytes: number;
  make(count: number): IdxArray['data'];
  read(view: DataView, at: number): number;
}

/** By the code in the third byte of the file. */
const types: ReadonlyMap<number, IdxType> = new Map<number, IdxType>([
  [0x08, { name: 'uint8', bytes: 1, make: (n) => new Uint8Array(n), read: (v, at) => v.getUint8(at) }],
  [0x09, { name: 'int8', bytes: 1, make: (n) => new Int8Array(n), read: (v, at) => v.getInt8(at) }],
  [0x0b, { name: 'int16', bytes: 2, make: (n) => new Int16Array(n), read: (v, at) => v.getInt16(at) }],
  [0x0c, { name: 'int32', bytes: 4, make: (n) => new Int32Array(n), read: (v, at) => v.getInt32(at) }],
  [0x0d, { name: 'float32', bytes: 4, make: (n) => new Float32Array(n), read: (v, at) => v.getFloat32(at) }],
  [0x0e, { name: 'float64', bytes: 8, make: (n) => new Float64Array(n), read: (v, at) => v.getFloat64(at) }],
]);

/**
 * Reads a file in the IDX format of the MNIST distribution, plain or gzip, which its content decides. `bytes` stays as
 * it is. Anything that is not a whole, plausible IDX file throws an InputError that says where it goes wrong.
 */
export async function parseIdx(bytes: Uint8Array, fileName: string, limits: IdxLimits = {}): Promise<IdxArray> {
  const { maxFileBytes, maxUnpackedBytes, maxElements, maxDimension } = { ...idxLimits, ...limits };
  const name = quoted(fileName);
  if (bytes.length > maxFileBytes) {
    const size = `${name} has ${grouped(bytes.length)} bytes`;
    throw new InputError(`file too large: ${size}; the limit is ${grouped(maxFileBytes)}`, fileName);
  }
  const plain = isGzip(bytes) ? await gunzip(bytes, fileName, maxUnpackedBytes) : bytes;
  const { type, shape, start } = readHeader(plain, fileName);

  let count = 1;
  for (const [i, length] of shape.entries()) {
    if (length < 1 || length > maxDimension) {
      const at = `${grouped(length)} at byte ${4 + 4 * i} of ${name}`;
      throw new InputError(`bad IDX dimension: ${at}; use 1 to ${grouped(maxDimension)}`, fileName);
    }
    // No overflow: the product is checked after every factor, so it stays below 2^28 * 2^24 < 2^53.
    count *= length;
    if (count > maxElements) {
      const size = `${describeShape(shape)} values in ${name}`;
      throw new InputError(`IDX array too large: ${size}; the limit is ${grouped(maxElements)}`, fileName);
    }
  }

  const end = start + count * type.bytes;
  const content = `${describeShape(shape)} ${type.name} after a header of ${start}`;
  if (plain.length < end) {
    const at = `${name} ends at byte ${grouped(plain.length)} of ${grouped(end)} (${content})`;
    throw new InputError(`truncated IDX file: ${at}; download it again`, fileName);
  }
  if (plain.length > end) {
    const at = `${name} has ${grouped(plain.length)} bytes instead of ${grouped(end)} (${content})`;
    throw new InputError(`IDX file too long: ${at}; download it again`, fileName);
  }
  const view = new DataView(plain.buffer, plain.byteOffset);
  const data = type.make(count);
  for (let i = 0; i < count; i++) data[i] = type.read(view, start + i * type.bytes);
  return { shape, type: type.name, data };
}

/** Magic number and dimensions: two zero bytes, the element type, the number of dimensions, then each as 32 bits. */
function readHeader(bytes: Uint8Array, fileName: string): { type: IdxType; shape: number[]; start: number } {
  const name = quoted(fileName);
  if (bytes[0] !== 0 || bytes[1] !== 0) {
    const recognised = recogniseFile(bytes);
    const first = [...bytes.subarray(0, 4)].map(hex).join(' ');
    throw recognised
      ? new InputError(`not an IDX file: ${name} is ${recognised.what}; ${recognised.wayOut}`, fileName)
      : new InputError(`not an IDX file: ${name} starts with ${first}; IDX starts with 00 00`, fileName);
  }
  if (bytes.length < 4) {
    const size = `${name} ends at byte ${bytes.length} of 4`;
    throw new InputError(`truncated IDX file: ${size} (the magic number); download it again`, fileName);
  }
  const type = types.get(bytes[2]!);
  if (!type) {
    const known = [...types].map(([code, known]) => `${hex(code)} ${known.name}`).join(', ');
    throw new InputError(`unknown IDX type: ${hex(bytes[2]!)} at byte 2 of ${name}; known: ${known}`, fileName);
  }
  const rank = bytes[3]!;
  if (rank < 1 || rank > MAX_RANK) {
    throw new InputError(`bad number of IDX dimensions: ${rank} at byte 3 of ${name}; use 1 to ${MAX_RANK}`, fileName);
  }
  const start = 4 + 4 * rank;
  if (bytes.length < start) {
    const at = `${name} ends at byte ${bytes.length} of ${start} (a header of ${rank} dimensions)`;
    throw new InputError(`truncated IDX file: ${at}; download it again`, fileName);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return { type, shape: Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i)), start };
}
