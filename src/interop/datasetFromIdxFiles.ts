import { InputError } from '../core/errors.ts';
import { describeShape, sameShape, sizeOf } from '../core/shape.ts';
import type { LoadedDataset, Samples } from '../datasets/dataset.ts';
import { idxLimits, parseIdx } from './idx.ts';
import { isDescription } from './isDescription.ts';
import { type IdxFile, type IdxPair, pairIdxFiles } from './pairIdxFiles.ts';
import { grouped, quoted } from './wording.ts';

/** A file as dropped or read: its name and its content. */
export interface NamedBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const MAX_TOTAL_BYTES = 512 * 2 ** 20;
const MAX_IMAGES = 100_000;
const MAX_PIXELS = 2 ** 24;

/** One sample in this many is kept for testing when the files hold no test set. */
const TEST_SHARE = 10;

/**
 * A data set from files in the IDX format, plain or gzip: images and labels for training and, if there are any, for
 * testing. Their order plays no part. A README among them is passed over; any other unusable file refuses them all, by
 * name. Nothing given is changed.
 */
export async function datasetFromIdxFiles(files: readonly NamedBytes[]): Promise<LoadedDataset> {
  if (files.length === 0) throw new InputError('no files: 0; drop an images file and its labels file');
  const total = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
  if (total > MAX_TOTAL_BYTES) {
    throw new InputError(`files too large: ${grouped(total)} bytes; the limit is ${grouped(MAX_TOTAL_BYTES)} in all`);
  }
  const parsed: IdxFile[] = [];
  let room = MAX_TOTAL_BYTES;
  const dataFiles = files.filter(({ name }) => !isDescription(name));
  for (const { name, bytes } of dataFiles.length > 0 ? dataFiles : files) {
    const array = await parseIdx(bytes, name, { maxUnpackedBytes: Math.min(room, idxLimits.maxUnpackedBytes) });
    room -= array.data.byteLength;
    parsed.push(usable({ ...array, name }));
  }
  return assemble(pairIdxFiles(parsed));
}

/** The file, once it is sure that it can be images or labels. */
function usable(file: IdxFile): IdxFile {
  const { shape, type, data } = file;
  const name = quoted(file.name);
  if (shape[0]! > MAX_IMAGES) {
    const count = `${grouped(shape[0]!)} in ${name}`;
    throw new InputError(`too many samples: ${count}; the limit is ${grouped(MAX_IMAGES)}`, file.name);
  }
  if (shape.length === 1) {
    if (type === 'uint8') return file;
    throw new InputError(`unusable labels: ${name} holds ${type}; labels are uint8, one byte per image`, file.name);
  }
  if (shape.length > 4) {
    const found = `${name} has ${shape.length} dimensions`;
    throw new InputError(`unusable images: ${found}; images have 2 to 4: count, height, width, channels`, file.name);
  }
  if (sizeOf(shape.slice(1)) > MAX_PIXELS) {
    const found = `${describeShape(shape.slice(1))} in ${name}`;
    throw new InputError(`images too large: ${found}; the limit is ${grouped(MAX_PIXELS)} pixels`, file.name);
  }
  if (type === 'uint8') return file;
  if (type !== 'float32' && type !== 'float64') {
    throw new InputError(`unusable images: ${name} holds ${type}; images are uint8 or floats from 0 to 1`, file.name);
  }
  const bad = data.findIndex((value) => !(value >= 0 && value <= 1));
  if (bad === -1) return file;
  const found = `${data[bad]} at value ${grouped(bad)} of ${name}`;
  throw new InputError(`image value out of range: ${found}; floats go from 0 to 1`, file.name);
}

function assemble(pairs: readonly IdxPair[]): LoadedDataset {
  if (pairs.length > 2) {
    throw new InputError(`too many sets of images: ${pairs.length}; drop one to train on and at most one to test on`);
  }
  const { images, train, test, note } = pairs.length === 1 ? splitOne(pairs[0]!) : trainAndTest(pairs[0]!, pairs[1]!);
  const [, height, width, channels = 1] = images.shape;
  const highest = Math.max(highestLabel(train), highestLabel(test));
  return {
    id: images.name,
    title: `${grouped(train.count + test.count)} images from ${images.name}`,
    shape: width === undefined ? [height!] : [height!, width, channels],
    classes: Array.from({ length: highest + 1 }, (_, label) => String(label)),
    train,
    test,
    units: 'grey level, 0 to 1',
    notes: note ? [note] : [],
  };
}

/** Images scaled to 0 … 1 and labels of the samples from `start` up to `end`. */
function samples({ images, labels }: IdxPair, start = 0, end = labels.data.length): Samples {
  const size = images.data.length / labels.data.length;
  const inputs = new Float32Array(images.data.subarray(start * size, end * size));
  if (images.type === 'uint8') for (let i = 0; i < inputs.length; i++) inputs[i] = inputs[i]! / 255;
  return { inputs, labels: new Int32Array(labels.data.subarray(start, end)), count: end - start };
}

/** Training and test samples, the images file they are known by, and what the reader should know of the choice. */
interface Split {
  readonly images: IdxFile;
  readonly train: Samples;
  readonly test: Samples;
  readonly note?: string;
}

function splitOne(pair: IdxPair): Split {
  const { images } = pair;
  const count = pair.labels.data.length;
  if (count < 2) {
    const found = `${count} in ${quoted(images.name)}`;
    throw new InputError(`too few samples: ${found}; at least 2 are needed, to train and to test`, images.name);
  }
  const testCount = Math.max(1, Math.floor(count / TEST_SHARE));
  return {
    images,
    train: samples(pair, 0, count - testCount),
    test: samples(pair, count - testCount),
    note: `no test files: the last ${grouped(testCount)} of ${grouped(count)} samples are kept for testing`,
  };
}

const isForTesting = ({ images }: IdxPair): boolean => /t10k|test/i.test(images.name);

/** The test set is the one named so; where the names do not tell, it is the smaller one. */
function trainAndTest(a: IdxPair, b: IdxPair): Split {
  const areNamed = isForTesting(a) !== isForTesting(b);
  const isSwapped = areNamed ? isForTesting(a) : a.labels.data.length < b.labels.data.length;
  const [forTraining, forTesting] = isSwapped ? [b, a] : [a, b];
  const { images } = forTraining;
  if (!sameShape(images.shape.slice(1), forTesting.images.shape.slice(1))) {
    const names = `${quoted(images.name)} and ${quoted(forTesting.images.name)}`;
    const found = `${describeShape(images.shape.slice(1))} and ${describeShape(forTesting.images.shape.slice(1))} in ${names}`;
    throw new InputError(`image shapes differ: ${found}; drop the files of one data set`, forTesting.images.name);
  }
  const train = samples(forTraining);
  const test = samples(forTesting);
  const highest = highestLabel(train);
  const strange = test.labels.findIndex((label) => label > highest);
  if (strange !== -1) {
    const { name } = forTesting.labels;
    const found = `${test.labels[strange]} at sample ${grouped(strange)} of ${quoted(name)}`;
    throw new InputError(`label out of range: ${found}; the training labels go from 0 to ${highest}`, name);
  }
  if (areNamed) return { images, train, test };
  const note = `no file is named as test: the smaller set, ${quoted(forTesting.images.name)}, is kept for testing`;
  return { images, train, test, note };
}

const highestLabel = ({ labels }: Samples): number => labels.reduce((highest, label) => Math.max(highest, label), 0);
