import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { Failure } from '../../../scripts/failure.js';
import { inProcesses } from '../../../scripts/reproductions/inProcesses.js';
import { mapAddress, outlinePath } from '../../../scripts/reproductions/localisation/tiles.js';
import { png } from '../../../scripts/reproductions/png.js';

/** CRC-32 bit by bit, as the PNG specification's annex defines it. */
function plainCrc(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (const byte of bytes) {
    c ^= byte;
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  }
  return (c ^ 0xffffffff) >>> 0;
}

/** A PNG file taken apart: its size and its bytes, rows without filter. */
function plainPng(file: Buffer) {
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < file.length;) {
    const length = file.readUInt32BE(at);
    const named = file.subarray(at + 4, at + 8 + length);
    expect(file.readUInt32BE(at + 8 + length)).toBe(plainCrc(named));
    chunks.set(named.toString('latin1', 0, 4), named.subarray(4));
    at += 12 + length;
  }
  const header = chunks.get('IHDR')!;
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const rows = inflateSync(chunks.get('IDAT')!);
  const pixels = Array.from({ length: height }, (_, row) => {
    const start = row * (3 * width + 1);
    expect(rows[start]).toBe(0);
    return [...rows.subarray(start + 1, start + 1 + 3 * width)];
  });
  return { width, height, settings: [...header.subarray(8)], names: [...chunks.keys()], pixels };
}

test('a PNG file holds the pixels it was made of', () => {
  const bytes = Uint8Array.from({ length: 2 * 3 * 3 }, (_, i) => 14 * i);
  const file = png(bytes, 2, 3);
  expect([...file.subarray(0, 8)]).toEqual([137, 80, 78, 71, 13, 10, 26, 10]);
  expect(plainPng(file)).toEqual({
    width: 3,
    height: 2,
    settings: [8, 2, 0, 0, 0],
    names: ['IHDR', 'IDAT', 'IEND'],
    pixels: [[...bytes.subarray(0, 9)], [...bytes.subarray(9)]],
  });
});

test('a map is paper at zero, full red at its largest size, blue below zero; an empty one is all paper', () => {
  const decode = (address: string) =>
    plainPng(Buffer.from(address.replace('data:image/png;base64,', ''), 'base64')).pixels;
  expect(decode(mapAddress(Float32Array.of(0, 2, -2, 0), [2, 2]))).toEqual([
    [251, 250, 247, 178, 24, 43],
    [33, 102, 172, 251, 250, 247],
  ]);
  expect(decode(mapAddress(new Float32Array(1), [1, 1]))).toEqual([[251, 250, 247]]);
});

test('the outline of one pixel has its four sides', () => {
  expect(outlinePath(Uint8Array.of(1, 0, 0, 0), [2, 2])).toBe('M0 0h1M0 0v1M1 0v1M0 1h1');
});

test('jobs in processes of their own give their results in order; a reason ends them', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'neuroloupe-jobs-'));
  const program = join(folder, 'child.mjs');
  writeFileSync(
    program,
    `process.on('message', ({ n }) => setTimeout(
       () => process.send(n < 0 ? { reason: 'a bad job' } : { result: Float32Array.of(2 * n, process.argv[2]) }),
       n === 0 ? 200 : 0,
     ));`,
  );
  try {
    const heard: number[] = [];
    const jobs = [0, 1, 2, 3].map((n) => ({ n }));
    const found = await inProcesses(program, ['7'], jobs, (_, done) => heard.push(done));
    expect(found).toEqual([0, 2, 4, 6].map((value) => Float32Array.of(value, 7)));
    expect(heard).toEqual([1, 2, 3, 4]);
    const failing = inProcesses(program, ['7'], [{ n: 1 }, { n: -1 }], () => undefined);
    await expect(failing).rejects.toThrow(new Failure('a bad job'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
