import { datasetDigest, datasets, generate, InputError, type LoadedDataset, takeBatch } from '#src';
import { expect, test } from 'vitest';

/** Eight samples of shape [2]; sample i holds i and -i, and is of class i % 2. */
const counting: LoadedDataset = {
  id: 'counting',
  title: 'Counting',
  shape: [2],
  classes: ['even', 'odd'],
  train: {
    inputs: Float32Array.from({ length: 16 }, (_, i) => (i % 2 === 0 ? i / 2 : -(i - 1) / 2)),
    labels: Int32Array.from({ length: 8 }, (_, i) => i % 2),
    count: 8,
  },
  test: { inputs: Float32Array.of(9, 9), labels: Int32Array.of(1), count: 1 },
  units: 'count',
};

test('without a seed a batch is the samples in their order', () => {
  expect(takeBatch(counting, { size: 2, start: 3 })).toEqual({
    inputs: Float32Array.of(3, -3, 4, -4),
    labels: Int32Array.of(1, 0),
    count: 2,
    shape: [2],
  });
});

test('the last batch is shorter and says so', () => {
  expect(takeBatch(counting, { size: 5, start: 5 }).count).toBe(3);
  expect(takeBatch(counting, { size: 5, from: 'test' })).toMatchObject({ count: 1, inputs: Float32Array.of(9, 9) });
});

test('with a seed the batches of one order hold every sample once, with its own label', () => {
  const batches = [0, 3, 6].map((start) => takeBatch(counting, { size: 3, seed: 5, start }));
  const seen = batches.flatMap(({ inputs, labels }) => [...labels].map((label, i) => [inputs[2 * i]!, label] as const));
  expect(seen.map(([value]) => value)).not.toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(seen.toSorted(([a], [b]) => a - b)).toEqual(Array.from({ length: 8 }, (_, i) => [i, i % 2]));
});

test('the seed decides the order', () => {
  const order = (seed: number) => [...takeBatch(counting, { size: 8, seed }).inputs];
  expect(order(1)).toEqual(order(1));
  expect(order(1)).not.toEqual(order(2));
});

test('a batch is a copy', () => {
  const batch = takeBatch(counting, { size: 8 });
  batch.inputs.fill(0);
  expect(counting.train.inputs[2]).toBe(1);
});

test('masks go with their samples, in order and shuffled', () => {
  // Sample i of 2 x 3 pixels: its mask holds i in its first pixel and 1 in its last.
  const masks = Uint8Array.from({ length: 8 * 6 }, (_, i) => (i % 6 === 0 ? i / 6 : i % 6 === 5 ? 1 : 0));
  const masked: LoadedDataset = { ...counting, train: { ...counting.train, masks } };
  expect(takeBatch(masked, { size: 2, start: 3 }).masks).toEqual(Uint8Array.of(3, 0, 0, 0, 0, 1, 4, 0, 0, 0, 0, 1));
  const batch = takeBatch(masked, { size: 8, seed: 5 });
  for (let i = 0; i < 8; i++) {
    expect([...batch.masks!.subarray(6 * i, 6 * i + 6)]).toEqual([batch.inputs[2 * i], 0, 0, 0, 0, 1]);
  }
  expect(takeBatch(counting, { size: 8 })).not.toHaveProperty('masks');
});

test.for([
  [{ size: 0 }, 'bad batch size: 0; use a whole number from 1 to 8'],
  [{ size: 1.5 }, 'bad batch size: 1.5; use a whole number from 1 to 8'],
  [{ size: 1, start: 8 }, 'bad batch start: 8; use a whole number from 0 to 7'],
  [{ size: 1, seed: -1 }, 'bad seed: -1; use a whole number from 0 to 9007199254740991'],
] as const)('%o is refused', ([options, message]) => {
  expect(() => takeBatch(counting, options)).toThrow(new InputError(message));
});

test('the digest changes with any bit of the inputs, any label and the shape, and not with names or masks', () => {
  const data = generate(datasets.get('circles'), { samples: 50, testSamples: 10 });
  const digest = datasetDigest(data);
  const changed = (change: (copy: LoadedDataset) => LoadedDataset | void) => {
    const copy = structuredClone(data);
    return datasetDigest(change(copy) ?? copy);
  };
  expect(digest).toMatch(/^[0-9a-f]{16}$/);
  expect(changed(() => undefined)).toBe(digest);
  expect(changed((copy) => ({ ...copy, title: 'Other', classes: ['a', 'b'] }))).toBe(digest);
  const masked = (copy: LoadedDataset) => ({ ...copy, train: { ...copy.train, masks: Uint8Array.of(1) } });
  expect(changed(masked)).toBe(digest);
  expect(changed((copy) => ({ ...copy, shape: [2, 1] }))).not.toBe(digest);
  const seen = new Set([digest]);
  for (let i = 0; i < 100; i++) seen.add(changed((copy) => void (copy.train.inputs[i]! *= -1)));
  for (let i = 0; i < 50; i++) seen.add(changed((copy) => void (copy.train.labels[i]! += 1)));
  expect(seen.size).toBe(151);
});
