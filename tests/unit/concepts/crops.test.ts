import { expect, test } from 'vitest';
import {
  blurSize,
  fieldCrop,
  gaussianBlur,
  network,
  nodeOf,
  random,
  relevantCrop,
  type Network,
  type NodeSpec,
} from '#src';
import { relativeError } from '../../support/finiteDifference.ts';
import { plainForward, type Plain } from '../../support/plainNet.ts';
import { randomPlain, randomWeights } from '../../support/plainNetRandom.ts';
import { messageOf } from '../message.ts';
import { branches, flat, line, skip } from './nets.ts';

/** A blur in one go: every pixel of an enlarged, mirrored image times a kernel of k × k weights. */
function plainBlur(image: ArrayLike<number>, height: number, width: number, k: number): number[] {
  const sigma = 0.3 * ((k - 1) * 0.5 - 1) + 0.8;
  const reach = (k - 1) / 2;
  const weight = (dy: number, dx: number) => Math.exp(-(dy * dy + dx * dx) / (2 * sigma * sigma));
  const seen = (y: number, x: number): number => {
    if (y < 0) return seen(-y, x);
    if (x < 0) return seen(y, -x);
    if (y >= height) return seen(2 * (height - 1) - y, x);
    return x >= width ? seen(y, 2 * (width - 1) - x) : image[y * width + x]!;
  };
  return Array.from({ length: height * width }, (_, i) => {
    let [sum, weights] = [0, 0];
    for (let dy = -reach; dy <= reach; dy++)
      for (let dx = -reach; dx <= reach; dx++) {
        const w = weight(dy, dx);
        sum += w * seen(Math.floor(i / width) + dy, (i % width) + dx);
        weights += w;
      }
    return sum / weights;
  });
}

const noise = (count: number, seed = 1) => {
  const source = random(seed);
  return Array.from({ length: count }, () => source.normal());
};

test.for([
  [7, 9, 3],
  [12, 5, 5],
  [20, 21, 19],
  [3, 8, 7],
] as const)('the blur of a %i × %i image with a kernel of %i is the sum over its window', ([height, width, k]) => {
  const image = noise(height * width);
  expect(relativeError(gaussianBlur(image, [height, width], k), plainBlur(image, height, width, k))).toBeLessThan(
    1e-12,
  );
});

test('a blur keeps what is even; on a single row it works along the row', () => {
  expect(relativeError(gaussianBlur(new Float32Array(30).fill(2), [5, 6], 5), new Array(30).fill(2))).toBeLessThan(
    1e-12,
  );
  const side = Math.exp(-0.5 / 0.64);
  const row = gaussianBlur([0, 0, 1, 0, 0], [1, 5], 3);
  expect(
    relativeError(
      row,
      [0, side, 1, side, 0].map((v) => v / (1 + 2 * side)),
    ),
  ).toBeLessThan(1e-12);
});

test('the kernel is that of the reference for 224 pixels, and 3 for small images', () => {
  expect([8, 16, 28, 32, 64, 128, 224].map((side) => blurSize(side, 8))).toEqual([3, 3, 3, 3, 7, 11, 19]);
  expect(blurSize(20, 224)).toBe(19);
});

test('a crop is the box of what is above a tenth, upper ends exclusive; faint below a fifth', () => {
  const map = new Float32Array(64);
  map[3 * 8 + 4] = 5;
  // Blurred by 3 × 3: 1 in the middle, e^(-0.78) = 0.46 beside it, 0.21 at the corners. Rows 2 to 4, without the last.
  const { crop, opacity } = relevantCrop(map, [8, 8]);
  expect(crop).toEqual({ top: 2, left: 3, height: 2, width: 2 });
  const inside = (i: number) => Math.abs(Math.floor(i / 8) - 3) <= 1 && Math.abs((i % 8) - 4) <= 1;
  expect(opacity).toEqual(Float32Array.from({ length: 64 }, (_, i) => (inside(i) ? 1 : 0.3)));
});

test('crops of random maps are what their definition gives', () => {
  for (let seed = 0; seed < 40; seed++) {
    const [height, width] = [10 + (seed % 3) * 15, 12];
    // Mostly nothing, so that boxes differ.
    const map = noise(height * width, seed).map((v) => (v > 2.2 ? v : 0));
    const blurred = plainBlur(map, height, width, blurSize(height, width));
    const share = blurred.map((v) => v / (Math.max(...blurred) + 1e-10));
    const spots = share.flatMap((v, i) => (v > 0.1 ? [[Math.floor(i / width), i % width] as const] : []));
    const [rows, columns] = [spots.map(([y]) => y), spots.map(([, x]) => x)];
    const { crop, opacity } = relevantCrop(map, [height, width]);
    const [top, left] = [Math.min(...rows), Math.min(...columns)];
    const box = { top, left, height: Math.max(...rows) - top, width: Math.max(...columns) - left };
    expect(crop).toEqual(spots.length > 0 ? box : { top: 0, left: 0, height, width });
    expect(opacity).toEqual(Float32Array.from(share, (v) => (v > 0.2 ? 1 : 0.3)));
  }
});

test('a map that is nowhere positive, or of a single row, crops nothing off', () => {
  const whole = { top: 0, left: 0, height: 6, width: 6 };
  for (const value of [0, -1]) {
    const { crop, opacity } = relevantCrop(new Float32Array(36).fill(value), [6, 6]);
    expect(crop).toEqual(whole);
    expect(opacity).toEqual(new Float32Array(36).fill(0.3));
  }
  expect(relevantCrop([0, 1, 0, 0], [1, 4]).crop).toEqual({ top: 0, left: 0, height: 1, width: 4 });
});

const strided: readonly NodeSpec[] = [
  { kind: 'conv2d', id: 'a', filters: 1, size: [3, 2], stride: 2, padding: [1, 0, 0, 1] },
  { kind: 'maxPool', id: 'pool', size: 2, stride: 1 },
  { kind: 'conv2d', id: 'b', filters: 1, dilation: 2, padding: 'valid' },
];

const fields: readonly (readonly [net: Network, id: string])[] = [
  [line, 'a.relu'],
  [line, 'b.relu'],
  [skip, 'sum'],
  [skip, 'top.relu'],
  [branches, 'far'],
  [branches, 'both'],
  [network([15, 16, 1], strided), 'pool'],
  [network([15, 16, 1], strided), 'b'],
];

test.for(fields)(
  'the field of every neuron is the box of the pixels that move it, cut at the edges: %#',
  ([net, id]) => {
    const source = random(2, 'numbers');
    // Positive weights and inputs: no pixel is lost to a ReLU, and a large one wins every pool.
    const weights = Object.fromEntries(
      Object.entries(randomWeights(net, source)).map(([name, values]) => [name, values.map((v) => Math.abs(v) + 0.01)]),
    );
    const x: Plain = { shape: [1, ...net.input], data: randomPlain(source, net.input).data.map(Math.abs) };
    const [height, width, depth] = net.input as readonly [number, number, number];
    const [rows, columns, channels] = nodeOf(net, id).shape as readonly [number, number, number];
    const before = plainForward(net, weights, x).get(id)!.data;
    const moved = Array.from({ length: rows * columns }, () => [] as number[]);
    for (let pixel = 0; pixel < height * width; pixel++) {
      const data = x.data.map((v, i) => v + (Math.floor(i / depth) === pixel ? 1000 : 0));
      const after = plainForward(net, weights, { ...x, data }).get(id)!.data;
      moved.forEach((pixels, neuron) => {
        const isMoved = (c: number) => after[neuron * channels + c] !== before[neuron * channels + c];
        if (Array.from({ length: channels }, (_, c) => c).some(isMoved)) pixels.push(pixel);
      });
    }
    moved.forEach((pixels, neuron) => {
      const [ys, xs] = [pixels.map((p) => Math.floor(p / width)), pixels.map((p) => p % width)];
      const [top, left] = [Math.min(...ys), Math.min(...xs)];
      expect(fieldCrop(net, id, neuron)).toEqual({
        top,
        left,
        height: Math.max(...ys) - top + 1,
        width: Math.max(...xs) - left + 1,
      });
    });
  },
);

test('a neuron that sees padding alone has an empty field', () => {
  const net = network([3, 2, 1], [{ kind: 'conv2d', id: 'a', filters: 1, size: 1, padding: [1, 0, 0, 2] }]);
  expect(fieldCrop(net, 'a', 0)).toMatchObject({ height: 0, width: 1 });
  expect(fieldCrop(net, 'a', 15)).toMatchObject({ height: 1, width: 0 });
  expect(fieldCrop(net, 'a', 13)).toEqual({ top: 2, left: 1, height: 1, width: 1 });
});

test('behind a global node, and in a net on features, everything is seen', () => {
  expect(fieldCrop(skip, 'mean', 0)).toEqual({ top: 0, left: 0, height: 6, width: 6 });
  expect(fieldCrop(flat, 'a', 0)).toEqual({ top: 0, left: 0, height: 1, width: 4 });
});

test('a position or node that is not there is refused', () => {
  expect(messageOf(() => fieldCrop(line, 'pool', 6))).toBe('unknown position: 6 of "pool"; it has positions 0 to 5');
  expect(messageOf(() => fieldCrop(line, 'pool', 0.5))).toBe(
    'unknown position: 0.5 of "pool"; it has positions 0 to 5',
  );
  expect(messageOf(() => fieldCrop(flat, 'a', 1))).toBe('unknown position: 1 of "a"; it has positions 0 to 0');
  expect(messageOf(() => fieldCrop(flat, 'c', 0))).toBe('unknown node: "c"; nodes: a, a.relu, b, b.relu, logits');
});
