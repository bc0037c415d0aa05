import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { datasetFromIdxFiles, type NamedBytes, random } from '#src';
import { expect, test } from 'vitest';
import { readDataFiles } from '../../../src/node/index.ts';
import { ascii, gzip, type IdxType, writeIdx } from './writeIdx.ts';

const range = (length: number, value: (i: number) => number = (i) => i) => Array.from({ length }, (_, i) => value(i));

/** `count` images of 2 × 3 whose first pixel is 51, with labels that go round 0, 1, 2. */
const images = (name: string, count: number): NamedBytes => ({
  name,
  bytes: writeIdx(
    'uint8',
    [count, 2, 3],
    range(count * 6, (i) => [51, 0, 255, 0, 0, 102][i % 6]!),
  ),
});
const labels = (name: string, count: number, classes = 3): NamedBytes => ({
  name,
  bytes: writeIdx(
    'uint8',
    [count],
    range(count, (i) => i % classes),
  ),
});
const array = (name: string, type: IdxType, shape: number[], values: number[]): NamedBytes => ({
  name,
  bytes: writeIdx(type, shape, values),
});

const four = [
  images('train-images-idx3-ubyte', 20),
  labels('train-labels-idx1-ubyte', 20),
  images('t10k-images-idx3-ubyte', 20),
  labels('t10k-labels-idx1-ubyte', 20),
];

test('training and test files become one data set, scaled to 0 … 1', async () => {
  const data = await datasetFromIdxFiles(four);
  expect(data).toMatchObject({
    id: 'train-images-idx3-ubyte',
    title: '40 images from train-images-idx3-ubyte',
    shape: [2, 3, 1],
    classes: ['0', '1', '2'],
    notes: [],
  });
  expect([data.train.count, data.test.count]).toEqual([20, 20]);
  expect(data.train.inputs.subarray(0, 6)).toEqual(Float32Array.of(0.2, 0, 1, 0, 0, 0.4));
  expect([...data.train.labels.subarray(0, 4)]).toEqual([0, 1, 2, 0]);
});

test('the order of the files plays no part, and they are not changed', async () => {
  const expected = await datasetFromIdxFiles(four);
  const before = structuredClone(four);
  const dice = random(1);
  for (let k = 0; k < 10; k++) {
    const order = [...dice.permutation(4)].map((i) => four[i]!);
    expect(await datasetFromIdxFiles(order)).toEqual(expected);
  }
  expect(four).toEqual(before);
});

test('a description among the files is passed over, and refused when it is all there is', async () => {
  const source = { name: 'SOURCE.md', bytes: ascii('# mnist-10k') };
  expect(await datasetFromIdxFiles([source, ...four])).toEqual(await datasetFromIdxFiles(four));
  await expect(datasetFromIdxFiles([source])).rejects.toMatchObject({
    message:
      'not an IDX file: "SOURCE.md" is a text file; use IDX files such as train-images-idx3-ubyte and train-labels-idx1-ubyte, plain or .gz',
  });
});

test('one pair keeps its last tenth for testing and says so', async () => {
  const data = await datasetFromIdxFiles(four.slice(0, 2).map(({ name, bytes }) => ({ name, bytes: gzip(bytes) })));
  expect([data.train.count, data.test.count]).toEqual([18, 2]);
  expect([...data.test.labels]).toEqual([0, 1]);
  expect(data.notes).toEqual(['no test files: the last 2 of 20 samples are kept for testing']);
});

test('a pair is found by count when the names say nothing, and the smaller set is the test set', async () => {
  const data = await datasetFromIdxFiles([labels('d', 5), images('a', 5), labels('b', 9), images('c', 9)]);
  expect([data.train.count, data.test.count]).toEqual([9, 5]);
  expect(data.notes).toEqual(['no file is named as test: the smaller set, "a", is kept for testing']);
});

test('a test set may be the larger one when it is named so', async () => {
  const test = [images('test-images', 9), labels('test-labels', 9)];
  const data = await datasetFromIdxFiles([...test, images('train-images', 5), labels('train-labels', 5)]);
  expect([data.train.count, data.test.count, data.notes]).toEqual([5, 9, []]);
});

test('colour images and plain features keep their shape; floats keep their values', async () => {
  const colour = array('images', 'uint8', [4, 1, 2, 3], range(24));
  expect((await datasetFromIdxFiles([colour, labels('labels', 4)])).shape).toEqual([1, 2, 3]);
  const features = array('images', 'float32', [4, 2], [0, 0.25, 0.5, 0.75, 1, 0, 1, 0]);
  const data = await datasetFromIdxFiles([features, labels('labels', 4)]);
  expect(data.shape).toEqual([2]);
  expect([...data.train.inputs]).toEqual([0, 0.25, 0.5, 0.75, 1, 0]);
});

const trainImages = images('train-images-idx3-ubyte.gz', 9000);
test.for<readonly [string, readonly NamedBytes[], string]>([
  ['no files at all', [], 'no files: 0; drop an images file and its labels file'],
  [
    'images without labels',
    [trainImages],
    'labels for 9,000 images are missing: "train-images-idx3-ubyte.gz" is alone; drop train-labels-idx1-ubyte.gz too',
  ],
  [
    'labels without images',
    [labels('t10k-labels-idx1-ubyte', 8)],
    'images for 8 labels are missing: "t10k-labels-idx1-ubyte" is alone; drop t10k-images-idx3-ubyte too',
  ],
  [
    'images of no custom in their name',
    [images('digits', 4)],
    'labels for 4 images are missing: "digits" is alone; drop the labels file too',
  ],
  [
    'a test set without its labels',
    four.slice(0, 3),
    'labels for 20 images are missing: "t10k-images-idx3-ubyte" is alone; drop t10k-labels-idx1-ubyte too',
  ],
  [
    'other counts under one name',
    [images('train-images', 9), labels('train-labels', 8)],
    'image and label counts differ: 9 in "train-images", 8 in "train-labels"; drop the labels of these images',
  ],
  [
    'other counts under two names',
    [images('a', 9), labels('b', 8)],
    'image and label counts differ: 9 in "a", 8 in "b"; drop the labels of these images',
  ],
  [
    'three sets',
    ['a', 'b', 'c'].flatMap((name) => [images(`${name}-images`, 4), labels(`${name}-labels`, 4)]),
    'too many sets of images: 3; drop one to train on and at most one to test on',
  ],
  [
    'labels that are not bytes',
    [images('images', 2), array('labels', 'int32', [2], [0, 1])],
    'unusable labels: "labels" holds int32; labels are uint8, one byte per image',
  ],
  [
    'images of a type without a scale',
    [array('images', 'int16', [2, 1, 1], [0, 1]), labels('labels', 2)],
    'unusable images: "images" holds int16; images are uint8 or floats from 0 to 1',
  ],
  [
    'floats out of range',
    [array('images', 'float32', [2, 1, 2], [0, 1, 0.5, 1.5]), labels('labels', 2)],
    'image value out of range: 1.5 at value 3 of "images"; floats go from 0 to 1',
  ],
  [
    'floats that are no numbers',
    [array('images', 'float64', [2, 1, 1], [0, NaN]), labels('labels', 2)],
    'image value out of range: NaN at value 1 of "images"; floats go from 0 to 1',
  ],
  [
    'five dimensions',
    [array('images', 'uint8', [2, 1, 1, 1, 1], [0, 1]), labels('labels', 2)],
    'unusable images: "images" has 5 dimensions; images have 2 to 4: count, height, width, channels',
  ],
  [
    'too many samples',
    [
      array(
        'images',
        'uint8',
        [100_001, 1],
        range(100_001, () => 0),
      ),
      labels('labels', 100_001),
    ],
    'too many samples: 100,001 in "images"; the limit is 100,000',
  ],
  [
    'one sample',
    [images('images', 1), labels('labels', 1)],
    'too few samples: 1 in "images"; at least 2 are needed, to train and to test',
  ],
  [
    'test images of another size',
    [four[0]!, four[1]!, array('t10k-images', 'uint8', [2, 2, 2], range(8)), labels('t10k-labels', 2)],
    'image shapes differ: 2 × 3 and 2 × 2 in "train-images-idx3-ubyte" and "t10k-images"; drop the files of one data set',
  ],
  [
    'test labels that training never saw',
    [...four.slice(0, 3), labels('t10k-labels', 20, 12)],
    'label out of range: 3 at sample 3 of "t10k-labels"; the training labels go from 0 to 2',
  ],
  [
    'one page among good files',
    [...four, { name: 'labels.idx', bytes: ascii('<html>') }],
    'not an IDX file: "labels.idx" is a web page; save the file itself, not the page that shows it',
  ],
])('%s: refused with a way out', async ([, files, message]) => {
  await expect(datasetFromIdxFiles(files)).rejects.toMatchObject({ name: 'InputError', message });
});

const folder = process.env.NEUROLOUPE_DATA ?? resolve(import.meta.dirname, '../../../../shared/data');
const hasMnist = existsSync(`${folder}/mnist-10k`);
if (!hasMnist) console.log(`MNIST not found in ${folder}: skipped`);

test.skipIf(!hasMnist)('the MNIST folder is read whole: counts, classes, mean and standard deviation', async () => {
  const data = await datasetFromIdxFiles(await readDataFiles(`${folder}/mnist-10k`));
  expect([data.train.count, data.test.count, data.shape, data.classes.length]).toEqual([9000, 1000, [28, 28, 1], 10]);
  const { inputs } = data.train;
  const mean = inputs.reduce((sum, value) => sum + value, 0) / inputs.length;
  const variance = inputs.reduce((sum, value) => sum + (value - mean) ** 2, 0) / inputs.length;
  expect(mean).toBeCloseTo(0.1313, 5);
  expect(Math.sqrt(variance)).toBeCloseTo(0.30889, 5);
  const perClass = range(10, (digit) => data.train.labels.filter((label) => label === digit).length);
  expect(perClass).toEqual([914, 1005, 887, 926, 858, 780, 910, 967, 858, 895]);
});
