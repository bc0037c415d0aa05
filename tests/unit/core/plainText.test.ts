import { expect, test } from 'vitest';
import { InputError, parseData, stringifyData } from '#src';

test('records come back from their text with every bit of their numbers', () => {
  const record = {
    instrument: 'erf',
    step: 7,
    data: {
      values: Float32Array.of(0.1, -0, NaN, Infinity, 1e-45),
      wide: Float64Array.of(Math.PI),
      order: Uint32Array.of(4294967295),
      labels: Int32Array.of(-1),
      bytes: Uint8Array.of(0, 255),
      theoretical: 'global',
      half: null,
    },
  };
  expect(parseData(stringifyData(record))).toEqual(record);
});

test('a view into a larger buffer is saved without its neighbours', () => {
  const all = Float32Array.of(1, 2, 3, 4);
  expect(parseData(stringifyData(all.subarray(1, 3)))).toEqual(Float32Array.of(2, 3));
});

test.for([
  ['{', 'not a saved record: the text is not JSON; use a file that was written by stringifyData'],
  [
    '{"$array":"BigInt64Array","base64":""}',
    'unknown kind of array: "BigInt64Array"; known: Float32Array, Float64Array, Int32Array, Uint8Array, Uint32Array',
  ],
  [
    '{"$array":"__proto__","base64":""}',
    'unknown kind of array: "__proto__"; known: Float32Array, Float64Array, Int32Array, Uint8Array, Uint32Array',
  ],
  ['{"$array":"Float32Array","base64":"*"}', 'damaged array: its text is not base64; save the record again'],
  [
    '{"$array":"Float32Array","base64":"AAA="}',
    'damaged array: 2 bytes do not fill a Float32Array; expected a multiple of 4',
  ],
] as const)('text that is no record is refused: %s', ([text, message]) => {
  expect(() => parseData(text)).toThrow(new InputError(message));
});
