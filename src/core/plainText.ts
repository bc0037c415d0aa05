import { InputError } from './errors.ts';

/** Typed arrays that records hold, by the name they carry in JSON. */
const ARRAYS = { Float32Array, Float64Array, Int32Array, Uint8Array, Uint32Array } as const;
type ArrayName = keyof typeof ARRAYS;

/** How a typed array stands in JSON: its type and its bytes, little-endian, in base64. */
interface PackedArray {
  readonly $array: ArrayName;
  readonly base64: string;
}

/**
 * JSON text of records, checkpoints and whatever else is plain data with typed arrays in it. Numbers inside typed
 * arrays survive bit for bit; `parseData` reads the text back.
 */
export function stringifyData(value: unknown, space?: number): string {
  return JSON.stringify(value, (_key, item: unknown) => (ArrayBuffer.isView(item) ? pack(item) : item), space);
}

/** Reads what {@link stringifyData} wrote. The text is data: nothing in it is executed. */
export function parseData(text: string): unknown {
  try {
    return JSON.parse(text, (_key, item: unknown) => (isPacked(item) ? unpack(item) : item));
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError('not a saved record: the text is not JSON; use a file that was written by stringifyData');
  }
}

function pack(view: ArrayBufferView): PackedArray {
  const name = (Object.keys(ARRAYS) as ArrayName[]).find((key) => view instanceof ARRAYS[key]);
  if (!name)
    throw new InputError(`cannot save a ${view.constructor.name}; use one of ${Object.keys(ARRAYS).join(', ')}`);
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  let characters = '';
  for (const byte of bytes) characters += String.fromCharCode(byte);
  return { $array: name, base64: btoa(characters) };
}

function isPacked(item: unknown): item is PackedArray {
  return typeof item === 'object' && item !== null && Object.hasOwn(item, '$array') && Object.hasOwn(item, 'base64');
}

function unpack({ $array, base64 }: PackedArray): ArrayBufferView {
  if (!Object.hasOwn(ARRAYS, $array) || typeof base64 !== 'string') {
    throw new InputError(`unknown kind of array: ${JSON.stringify($array)}; known: ${Object.keys(ARRAYS).join(', ')}`);
  }
  const type = ARRAYS[$array];
  let characters: string;
  try {
    characters = atob(base64);
  } catch {
    throw new InputError('damaged array: its text is not base64; save the record again');
  }
  const bytes = Uint8Array.from(characters, (character) => character.charCodeAt(0));
  if (bytes.length % type.BYTES_PER_ELEMENT !== 0) {
    throw new InputError(
      `damaged array: ${bytes.length} bytes do not fill a ${$array}; expected a multiple of ${type.BYTES_PER_ELEMENT}`,
    );
  }
  return new type(bytes.buffer);
}
