import { random } from '#src';

/** The bytes of an IDX file of unsigned bytes. */
export function idx(shape: readonly number[], values: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  const head = 4 + 4 * shape.length;
  const bytes = new Uint8Array(head + values.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0, 0, 8, shape.length]);
  shape.forEach((length, i) => view.setUint32(4 + 4 * i, length));
  bytes.set(values, head);
  return bytes;
}

interface Sizes {
  readonly side?: number;
  readonly classes?: number;
  readonly train?: number;
  readonly test?: number;
}

/** Images and labels for training and testing: class k is bright in row k. */
export function idxFiles({ side = 8, classes = 3, train = 24, test = 9 }: Sizes = {}) {
  const dice = random(1, 'idx files');
  const part = (name: string, count: number) => {
    const labels = Array.from({ length: count }, (_, i) => i % classes);
    const pixels = labels.flatMap((label) =>
      Array.from({ length: side * side }, (_, i) => (Math.floor(i / side) === label ? 200 : 0) + dice.integer(50)),
    );
    return [
      { name: `${name}-images-idx3-ubyte`, bytes: idx([count, side, side], pixels) },
      { name: `${name}-labels-idx1-ubyte`, bytes: idx([count], labels) },
    ];
  };
  return [...part('train', train), ...part('t10k', test)];
}

export const asFile = ({ name, bytes }: { name: string; bytes: Uint8Array<ArrayBuffer> }): File =>
  new File([bytes], name);

/** Files that are not what they should be, with what the reader is told: what, where, what would be right. */
export function badFiles() {
  const [images, labels] = idxFiles() as [
    { name: string; bytes: Uint8Array<ArrayBuffer> },
    ReturnType<typeof idxFiles>[1],
  ];
  const text = (content: string) => new TextEncoder().encode(content);
  return [
    {
      what: 'a truncated IDX',
      files: [{ name: images.name, bytes: images.bytes.slice(0, 700) }, labels],
      says: [/^truncated IDX file: "train-images-idx3-ubyte" ends at byte 700 of 1,552/, /download it again/],
    },
    {
      what: 'a picture instead of IDX',
      files: [{ name: 'cat.png', bytes: Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13) }],
      says: [/cat\.png/, /PNG|image/i, /IDX/],
    },
    {
      what: 'a web page saved as data',
      files: [{ name: 'train-images-idx3-ubyte', bytes: text('<!doctype html><html><body>404</body></html>') }, labels],
      says: [/train-images-idx3-ubyte/, /web page|HTML/i, /IDX|download/],
    },
    {
      what: 'images without labels',
      files: [images],
      says: [/labels for 24 images are missing/, /train-images-idx3-ubyte/, /drop train-labels-idx1-ubyte too/],
    },
    {
      what: 'labels of other images',
      files: [images, { name: labels!.name, bytes: idx([5], [0, 1, 2, 0, 1]) }],
      says: [/counts differ: 24 in .*train-images.* 5 in .*train-labels/, /drop the labels of these images/],
    },
    {
      what: 'images too small for any net here',
      files: idxFiles({ side: 4 }),
      says: [/4 × 4/, /8 × 8/],
    },
    {
      what: 'labels of one class only',
      files: idxFiles({ classes: 1 }),
      says: [/two classes/],
    },
  ];
}

/** Networks that cannot be, with what the reader is told. `input` is the shape of the samples. */
export const badNets = (input: readonly number[]) => {
  const net = (...nodes: object[]) => JSON.stringify({ input, nodes });
  return [
    {
      what: 'an unknown kind',
      json: net({ kind: 'denze', units: 2 }),
      says: [/unknown kind: "denze"/, /known: .*dense/],
    },
    {
      what: 'a cycle',
      json: net(
        { kind: 'flatten', id: 'flat' },
        { kind: 'dense', id: 'a', units: 4, from: 'b' },
        { kind: 'dense', id: 'b', units: 4 },
      ),
      says: [/cycle: node "a" reads "b", which comes later/, /earlier nodes: input, flat/],
    },
    {
      what: 'shapes that do not fit together',
      json: net(
        { kind: 'flatten', id: 'flat' },
        { kind: 'dense', id: 'a', units: 4 },
        { kind: 'dense', id: 'b', units: 3, from: 'flat' },
        { kind: 'add', id: 'sum', from: ['a', 'b'] },
      ),
      says: [/"sum"/, /4/, /3/],
    },
    {
      what: 'broken JSON',
      json: '{ "input": [2], "nodes": [ {',
      says: [/not JSON: line 1, column \d+/, /check commas/],
    },
  ];
};
