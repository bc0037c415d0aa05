import { expect, test } from 'vitest';
import { operations } from '#kernels';

const { dropout } = operations;

function masked(size: number, key: number, dims: { readonly rate: number; readonly node: number }): Float64Array {
  const y = new Float64Array(size);
  dropout.run([new Float64Array(size).fill(1), Float64Array.of(key), y], { size, ...dims });
  return y;
}

const WORD = 2n ** 32n;

/** The finalizer of MurmurHash3 in whole numbers that never overflow. */
function mix(value: bigint): bigint {
  let h = ((value % WORD) + WORD) % WORD;
  h = ((h ^ (h >> 16n)) * 0x85ebca6bn) % WORD;
  h = ((h ^ (h >> 13n)) * 0xc2b2ae35n) % WORD;
  return h ^ (h >> 16n);
}

test('what is dropped follows from step, node and position by MurmurHash3', () => {
  const [step, node, rate] = [16_777_215, 7, 0.3];
  const key = mix(BigInt(step) + BigInt(node) * 0x9e3779b9n);
  const expected = Array.from({ length: 500 }, (_, i) =>
    Number(mix(mix(BigInt(i) * 0x9e3779b9n + key) ^ key)) < rate * 2 ** 32 ? 0 : 1 / (1 - rate),
  );
  expect([...masked(500, step, { rate, node })]).toEqual(expected);
});

test.for([0, 0.1, 0.5, 0.99])('at rate %s so many are dropped, and the mean stays', (rate) => {
  const size = 200_000;
  const y = masked(size, 1, { rate, node: 0 });
  const dropped = y.filter((value) => value === 0).length;
  // Five standard deviations of a binomial share.
  expect(Math.abs(dropped / size - rate)).toBeLessThanOrEqual(5 * Math.sqrt((rate * (1 - rate)) / size));
  expect(Math.max(...y.subarray(0, 10_000))).toBe(1 / (1 - rate));
});

test('another step, another node and another position agree no more often than chance', () => {
  const size = 100_000;
  const settings = { rate: 0.5, node: 3 };
  const first = masked(size, 10, settings);
  const others = [masked(size, 11, settings), masked(size, 10, { ...settings, node: 4 }), first.slice(1)];
  for (const other of others) {
    const same = other.filter((value, i) => value === first[i]).length;
    expect(Math.abs(same / other.length - 0.5)).toBeLessThan(5 * Math.sqrt(0.25 / size));
  }
  expect(masked(size, 10, settings)).toEqual(first);
});
