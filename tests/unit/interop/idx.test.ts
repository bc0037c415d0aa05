import { gzipSync } from 'node:zlib';
import { InputError, parseIdx, random } from '#src';
import { expect, test } from 'vitest';
import { ascii, gzip, idxTypes, writeIdx } from './writeIdx.ts';

const small = writeIdx('uint8', [2, 3], [1, 2, 3, 4, 5, 6]);

/** The first bytes of a file: magic number and dimensions, without the data. */
const header = (code: number, ...shape: number[]) => {
  const bytes = writeIdx('uint8', shape, []);
  bytes[2] = code;
  return bytes;
};

test.for(idxTypes)('%s survives being written and read, plain and gzip', async (type) => {
  const values = type === 'uint8' ? [0, 1, 128, 255] : type.startsWith('int') ? [0, 1, -1, 100] : [0, 0.5, -1.5, 3e9];
  const bytes = writeIdx(type, [2, 2], values);
  for (const file of [bytes, gzip(bytes)]) {
    const { shape, data, type: found } = await parseIdx(file, 'file');
    expect({ shape, found, values: [...data] }).toEqual({ shape: [2, 2], found: type, values });
  }
});

test('a file inside a larger buffer is read from its own first byte, and stays as it is', async () => {
  const buffer = new Uint8Array(40).fill(7);
  buffer.set(small, 5);
  const before = buffer.slice();
  const { data } = await parseIdx(buffer.subarray(5, 5 + small.length), 'file');
  expect([...data]).toEqual([1, 2, 3, 4, 5, 6]);
  data.fill(0);
  expect(buffer).toEqual(before);
});

test('whether a file is gzip is decided by its content, not by its name', async () => {
  expect((await parseIdx(small, 'plain.gz')).shape).toEqual([2, 3]);
  expect((await parseIdx(gzip(small), 'packed.idx')).shape).toEqual([2, 3]);
});

const other = 'use IDX files such as train-images-idx3-ubyte and train-labels-idx1-ubyte, plain or .gz';
const packedBomb = new Uint8Array(gzipSync(new Uint8Array(2_000_000)));
const faults: readonly (readonly [string, Uint8Array, string])[] = [
  ['nothing', new Uint8Array(0), 'not an IDX file: "f" is empty; download it again'],
  [
    'a web page',
    ascii('\n<!DOCTYPE html><html>404</html>'),
    'not an IDX file: "f" is a web page; save the file itself, not the page that shows it',
  ],
  [
    'a Git LFS pointer',
    ascii('version https://git-lfs.github.com/spec/v1\noid sha256:0\n'),
    'not an IDX file: "f" is a Git LFS pointer; fetch the real file with "git lfs pull"',
  ],
  ['a zip', ascii('PK\x03\x04…'), 'not an IDX file: "f" is a zip archive; unpack it and drop what is inside'],
  ['gzip in gzip', gzip(gzip(small)), 'not an IDX file: "f" is a gzip file; unpack it first'],
  ['npy', Uint8Array.of(0x93, ...ascii('NUMPY')), `not an IDX file: "f" is a NumPy array; ${other}`],
  ['hdf5', Uint8Array.of(0x89, ...ascii('HDF\r\n\x1a\n')), `not an IDX file: "f" is an HDF5 file; ${other}`],
  ['png', Uint8Array.of(0x89, ...ascii('PNG')), `not an IDX file: "f" is a PNG picture; ${other}`],
  ['jpeg', Uint8Array.of(255, 216, 255, 224), `not an IDX file: "f" is a JPEG picture; ${other}`],
  ['gif', ascii('GIF89a'), `not an IDX file: "f" is a GIF picture; ${other}`],
  ['pdf', ascii('%PDF-1.7'), `not an IDX file: "f" is a PDF document; ${other}`],
  ['xml', ascii('<?xml version="1.0"?>'), `not an IDX file: "f" is an XML file; ${other}`],
  ['json', ascii('{"a": 1}'), `not an IDX file: "f" is a JSON file; ${other}`],
  ['text', ascii('label,x,y\n1,2,3\n'), `not an IDX file: "f" is a text file; ${other}`],
  [
    'another format',
    Uint8Array.of(1, 2, 3, 4, 5),
    'not an IDX file: "f" starts with 01 02 03 04; IDX starts with 00 00',
  ],
  [
    'two bytes',
    Uint8Array.of(0, 0),
    'truncated IDX file: "f" ends at byte 2 of 4 (the magic number); download it again',
  ],
  [
    'an unknown type',
    header(0x0a, 1),
    'unknown IDX type: 0a at byte 2 of "f"; known: 08 uint8, 09 int8, 0b int16, 0c int32, 0d float32, 0e float64',
  ],
  ['no dimensions', header(0x08), 'bad number of IDX dimensions: 0 at byte 3 of "f"; use 1 to 8'],
  [
    'nine dimensions',
    header(0x08, 1, 1, 1, 1, 1, 1, 1, 1, 1),
    'bad number of IDX dimensions: 9 at byte 3 of "f"; use 1 to 8',
  ],
  [
    'half a header',
    header(0x08, 2, 3).subarray(0, 10),
    'truncated IDX file: "f" ends at byte 10 of 12 (a header of 2 dimensions); download it again',
  ],
  ['an empty dimension', header(0x08, 3, 0), 'bad IDX dimension: 0 at byte 8 of "f"; use 1 to 16,777,216'],
  [
    'a dimension of 2^32 - 1',
    header(0x08, 0xffffffff),
    'bad IDX dimension: 4,294,967,295 at byte 4 of "f"; use 1 to 16,777,216',
  ],
  [
    'dimensions whose product passes 2^53',
    header(0x08, 2 ** 24, 2 ** 24, 2 ** 24),
    'IDX array too large: 16777216 × 16777216 × 16777216 values in "f"; the limit is 268,435,456',
  ],
  [
    'too few bytes',
    small.subarray(0, 15),
    'truncated IDX file: "f" ends at byte 15 of 18 (2 × 3 uint8 after a header of 12); download it again',
  ],
  [
    'too many bytes',
    Uint8Array.of(...small, 0),
    'IDX file too long: "f" has 19 bytes instead of 18 (2 × 3 uint8 after a header of 12); download it again',
  ],
  [
    'half a gzip file',
    gzip(small).subarray(0, 12),
    'damaged gzip file: "f" (12 bytes) does not unpack to its end; download it again',
  ],
  [
    'a gzip bomb',
    packedBomb,
    `gzip file too large: "f" unpacks to more than 1,048,576 bytes, over 200 times its ${packedBomb.length.toLocaleString('en-US')}; unpack it yourself if you trust it`,
  ],
];

test.for(faults)('%s is refused with its place and a way out', async ([, bytes, message]) => {
  await expect(parseIdx(bytes, 'f')).rejects.toMatchObject({ name: 'InputError', message, where: 'f' });
});

test('the limits hold before anything is unpacked or allocated, and the caller can move them', async () => {
  await expect(parseIdx(small, 'f', { maxFileBytes: 17 })).rejects.toMatchObject({
    name: 'InputError',
    message: 'file too large: "f" has 18 bytes; the limit is 17',
  });
  await expect(parseIdx(gzip(small), 'f', { maxUnpackedBytes: 17 })).rejects.toMatchObject({
    name: 'InputError',
    message: 'gzip file too large: "f" unpacks to more than 17 bytes; use a smaller file',
  });
  await expect(parseIdx(small, 'f', { maxElements: 5 })).rejects.toMatchObject({
    name: 'InputError',
    message: 'IDX array too large: 2 × 3 values in "f"; the limit is 5',
  });
  await expect(parseIdx(small, 'f', { maxDimension: 2 })).rejects.toMatchObject({
    name: 'InputError',
    message: 'bad IDX dimension: 3 at byte 8 of "f"; use 1 to 2',
  });
});

test('a long name is cut in messages', async () => {
  const message = `not an IDX file: "${'n'.repeat(200)}…" is empty; download it again`;
  await expect(parseIdx(new Uint8Array(0), 'n'.repeat(5000))).rejects.toMatchObject({ name: 'InputError', message });
});

test('500 damaged files are each read or refused in good time, and never end in another error', async () => {
  const dice = random(20_261_121, 'idx mutations');
  const pixels = Array.from({ length: 30 * 49 }, () => dice.integer(256));
  const seeds = [
    writeIdx('uint8', [30, 7, 7], pixels),
    writeIdx(
      'float32',
      [10, 3],
      Array.from({ length: 30 }, () => dice.uniform()),
    ),
    writeIdx(
      'int16',
      [12],
      Array.from({ length: 12 }, () => dice.integer(9)),
    ),
  ].flatMap((bytes) => [bytes, gzip(bytes)]);
  let refused = 0;
  for (let k = 0; k < 500; k++) {
    let bytes = seeds[k % seeds.length]!.slice();
    if (dice.uniform() < 0.3) bytes = bytes.slice(0, dice.integer(bytes.length));
    // Half of the edits hit the header, where they do most harm.
    const reach = () => (dice.uniform() < 0.5 ? Math.min(20, bytes.length) : bytes.length);
    for (let edits = 1 + dice.integer(8); edits > 0 && bytes.length > 0; edits--) {
      bytes[dice.integer(reach())] = dice.integer(256);
    }
    const start = performance.now();
    try {
      const { shape, data } = await parseIdx(bytes, 'f');
      expect(data).toHaveLength(shape.reduce((product, length) => product * length, 1));
    } catch (error) {
      expect(error).toBeInstanceOf(InputError);
      refused++;
    }
    expect(performance.now() - start).toBeLessThan(2000);
  }
  expect(refused).toBeGreaterThan(100);
  expect(refused).toBeLessThan(500);
});
