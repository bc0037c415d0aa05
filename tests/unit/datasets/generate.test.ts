import {
  CancelledError,
  type Dataset,
  datasetDigest,
  datasets,
  defineDataset,
  generate,
  InputError,
  type LoadedDataset,
  loadDataset,
  sampleCounts,
  type Samples,
} from '#src';
import { expect, test } from 'vitest';
import { digests } from './digests.ts';

const all = [...datasets].map((set) => [set.id, set] as const);
const size = ({ shape }: LoadedDataset) => shape.reduce((product, side) => product * side, 1);

function countLabels({ labels }: Samples, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels) counts[label]!++;
  return counts;
}

function rows(samples: Samples, length: number): string[] {
  return Array.from({ length: samples.count }, (_, i) => samples.inputs.slice(i * length, (i + 1) * length).join());
}

test('the registry holds the generated sets in order, the one the lab opens with first', () => {
  expect(datasets.ids()).toEqual(['glyphs', 'concepts', 'xor', 'circles', 'moons', 'spirals', 'gaussians']);
});

test('an unknown data set names the known ones', () => {
  expect(() => datasets.get('mnist')).toThrow(
    new InputError('unknown data set: "mnist"; known: glyphs, concepts, xor, circles, moons, spirals, gaussians'),
  );
});

test.for(all)('%s makes the committed bytes from seed 7', (entry) => {
  const [id, set] = entry;
  expect(datasetDigest(generate(set, { seed: 7 }))).toBe(digests[id]);
});

test.for(all)('%s has the shapes, counts and class names it promises', ([, set]) => {
  const data = generate(set, { seed: 1 });
  const { samples, testSamples } = set.defaults;
  expect([data.train.count, data.test.count]).toEqual([samples, testSamples]);
  expect(data.train.labels).toHaveLength(samples);
  expect(data.train.inputs).toHaveLength(samples * size(data));
  expect(data.test.inputs).toHaveLength(testSamples * size(data));
  expect(data.classes).toEqual(set.classes);
  expect(data.shape).toEqual(set.shape);
});

test.for(all)('%s is balanced to within one sample in both splits', ([, set]) => {
  const data = generate(set, { seed: 2 });
  for (const split of [data.train, data.test]) {
    const counts = countLabels(split, data.classes.length);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
  }
});

test.for(all)('%s holds finite numbers of moderate size', ([, set]) => {
  const { train, test } = generate(set, { seed: 3 });
  for (const { inputs } of [train, test]) expect(inputs.every((value) => Math.abs(value) < 4)).toBe(true);
});

test.for(all)('%s is another set with another seed', ([, set]) => {
  expect(datasetDigest(generate(set, { seed: 8 }))).not.toBe(digests[set.id]);
});

test.for(all)('%s repeats no sample, within or between training and test', ([, set]) => {
  const data = generate(set, { seed: 4, samples: 300, testSamples: 300 });
  const seen = new Set([...rows(data.train, size(data)), ...rows(data.test, size(data))]);
  expect(seen.size).toBe(600);
});

test.for(all)('%s starts the same however many samples are asked for', ([, set]) => {
  const few = generate(set, { seed: 5, samples: 20, testSamples: 10 });
  const many = generate(set, { seed: 5, samples: 90, testSamples: 40 });
  expect(many.train.inputs.subarray(0, few.train.inputs.length)).toEqual(few.train.inputs);
  expect(many.test.inputs.subarray(0, few.test.inputs.length)).toEqual(few.test.inputs);
});

test.for(all)('%s can be posted to a worker as it is', ([, set]) => {
  const data = generate(set, { samples: 10, testSamples: 10 });
  expect(structuredClone(data)).toEqual(data);
});

test('loading gives the same data as making it in one go', async () => {
  const data = await datasets.get('xor').load({ seed: 7 });
  expect(data).toEqual(generate(datasets.get('xor'), { seed: 7 }));
});

test('loading reports progress that rises to 1', async () => {
  const heard: number[] = [];
  await datasets.get('glyphs').load({ seed: 1, samples: 2000 }, { onProgress: (done) => heard.push(done) });
  expect(heard.length).toBeGreaterThan(1);
  expect(heard).toEqual(heard.toSorted((a, b) => a - b));
  expect(heard.at(-1)).toBe(1);
});

test('loading can be stopped before and while it runs', async () => {
  const stopped = new CancelledError('loading "glyphs"');
  await expect(loadDataset(datasets.get('glyphs'), {}, { signal: AbortSignal.abort() })).rejects.toThrow(stopped);
  const controller = new AbortController();
  const loading = datasets
    .get('glyphs')
    .load({ samples: 20_000 }, { signal: controller.signal, onProgress: () => controller.abort() });
  await expect(loading).rejects.toThrow(stopped);
});

test('an option that a data set does not have names the ones it has', () => {
  expect(() => generate(datasets.get('xor'), { jiter: 0.1 })).toThrow(
    new InputError('unknown option in data set "xor": "jiter"; known: samples, testSamples, jitter'),
  );
});

test.for([
  ['xor', { jitter: 2 }, 'bad jitter in data set "xor": 2; use a number from 0 to 1'],
  ['xor', { samples: 0 }, 'bad samples in data set "xor": 0; use a whole number from 1 to 100000'],
  ['xor', { samples: 2.5 }, 'bad samples in data set "xor": 2.5; use a whole number from 1 to 100000'],
  ['moons', { standardise: 1 }, 'bad standardise in data set "moons": 1; use true or false'],
  ['gaussians', { clusters: 2.5 }, 'bad clusters in data set "gaussians": 2.5; use a whole number from 2 to 10'],
  ['xor', { seed: -1 }, 'bad seed: -1; use a whole number from 0 to 9007199254740991'],
] as const)('%s refuses %o', ([id, options, message]) => {
  expect(() => generate(datasets.get(id), options)).toThrow(new InputError(message));
});

test('xor without jitter is its four corners, same and different by turns', () => {
  const { train } = generate(datasets.get('xor'), { samples: 4, jitter: 0 });
  expect([...train.inputs]).toEqual([-1, -1, -1, 1, 1, 1, 1, -1]);
  expect([...train.labels]).toEqual([0, 1, 0, 1]);
});

test('the signs of the inputs decide the class of xor, at any jitter', () => {
  const { train } = generate(datasets.get('xor'), { seed: 9, jitter: 0.99 });
  train.labels.forEach((label, i) => expect(train.inputs[2 * i]! * train.inputs[2 * i + 1]! < 0 ? 1 : 0).toBe(label));
});

test('standardised moons have mean 0 and variance 1', () => {
  const { train } = generate(datasets.get('moons'), { seed: 1, samples: 20_000 });
  for (const axis of [0, 1]) {
    const values = train.inputs.filter((_, i) => i % 2 === axis);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    // Four standard errors of 20,000 samples.
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.abs(variance - 1)).toBeLessThan(0.03);
  }
});

test('without noise the circles have their radii and the second spiral is the first turned by half a turn', () => {
  const ring = generate(datasets.get('circles'), { noise: 0, factor: 0.25 }).train;
  ring.labels.forEach((label, i) => {
    expect(Math.hypot(ring.inputs[2 * i]!, ring.inputs[2 * i + 1]!)).toBeCloseTo(label === 0 ? 1 : 0.25, 6);
  });
  const { inputs, labels } = generate(datasets.get('spirals'), { noise: 0, turns: 3, samples: 194 }).train;
  labels.forEach((label, i) => {
    const sign = label === 0 ? 1 : -1;
    const [x, y] = [sign * inputs[2 * i]!, sign * inputs[2 * i + 1]!];
    const radius = Math.hypot(x, y);
    const angle = 2 * Math.PI * 3 * radius;
    expect(x).toBeCloseTo(radius * Math.cos(angle), 5);
    expect(y).toBeCloseTo(radius * Math.sin(angle), 5);
  });
});

test('gaussian clusters have as many classes as asked for', () => {
  const data = generate(datasets.get('gaussians'), { clusters: 5, samples: 50 });
  expect(data.classes).toEqual(['A', 'B', 'C', 'D', 'E']);
  expect(countLabels(data.train, 5)).toEqual([10, 10, 10, 10, 10]);
});

test('a data set of one’s own joins the registry with one definition', async () => {
  const coin: Dataset = defineDataset({
    id: 'coin',
    title: 'Coin',
    summary: 'Heads or tails.',
    source: 'a test',
    shape: [1],
    classes: ['heads', 'tails'],
    units: 'side',
    options: sampleCounts(4, 2),
    sample(index, input) {
      input[0] = index % 2;
      return index % 2;
    },
  });
  const data = await datasets.with(coin).get('coin').load();
  expect([...data.train.inputs]).toEqual([0, 1, 0, 1]);
});

test('a data set with masks writes one per sample, and hears which split the sample is for', async () => {
  const corner = defineDataset({
    id: 'corner',
    title: 'Corner',
    summary: 'One bright pixel.',
    source: 'a test',
    shape: [2, 3, 1],
    classes: ['0', '1', '2', '3', '4', '5'],
    units: 'grey level',
    options: sampleCounts(2, 1),
    hasMasks: true,
    sample(index, input, _random, _options, { split, mask }) {
      const label = split === 'train' ? index : 5;
      input[label] = mask[label] = 1;
      return label;
    },
  });
  const { train, test } = await corner.load();
  expect(train.masks).toEqual(Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0));
  expect(test.masks).toEqual(Uint8Array.of(0, 0, 0, 0, 0, 1));
  expect(generate(datasets.get('xor')).train).not.toHaveProperty('masks');
});
