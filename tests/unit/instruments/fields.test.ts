import { expect, test } from 'vitest';
import { fieldAt, network, theoreticalFields, type Network, type NodeSpec, type TheoreticalField } from '#src';
import { plainDependencies } from '../../support/plainNetFields.ts';
import { randomNet } from '../../support/plainNetRandom.ts';

interface Box {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

/** The rectangle around a set of pixel numbers. */
function boxOf(pixels: ReadonlySet<number>, width: number): Box {
  const rows = [...pixels].map((i) => Math.floor(i / width));
  const columns = [...pixels].map((i) => i % width);
  return { top: Math.min(...rows), bottom: Math.max(...rows), left: Math.min(...columns), right: Math.max(...columns) };
}

/** The theory's rectangle, cut where the image ends. */
function claimed(field: TheoreticalField, unit: readonly [number, number], [height, width]: readonly number[]): Box {
  const { top, left, height: h, width: w } = fieldAt(field, unit);
  return {
    top: Math.max(top, 0),
    left: Math.max(left, 0),
    bottom: Math.min(top + h, height!) - 1,
    right: Math.min(left + w, width!) - 1,
  };
}

/** Pixels between a field and the edge of the image that make sure no padding on the way takes part in it. */
const MARGIN = 6;

/**
 * Compares the field of every position of every node with the wires that lead to it: exactly far from the edges, and as
 * a bound everywhere, since a unit near an edge reads padding on the way. Returns how many were compared exactly.
 */
function compare(net: Network, isExact = true): number {
  const fields = theoreticalFields(net);
  const wires = plainDependencies(net);
  const [height, width] = net.input as readonly [number, number, number];
  let compared = 0;
  for (const node of net.nodes) {
    const field = fields.get(node.id)!;
    if (field === 'global') {
      expect(node.shape.length).toBe(1);
      continue;
    }
    wires.get(node.id)!.forEach((pixels, i) => {
      if (pixels.size === 0) return;
      const unit = [Math.floor(i / node.shape[1]!), i % node.shape[1]!] as const;
      const [theory, found] = [claimed(field, unit, net.input), boxOf(pixels, width)];
      const where = `${node.id} at ${unit} of ${JSON.stringify(net.specs)}`;
      const isInside =
        Math.min(theory.top, theory.left, height - 1 - theory.bottom, width - 1 - theory.right) >= MARGIN;
      if (isExact && isInside) {
        compared += 1;
        return expect(theory, where).toEqual(found);
      }
      expect(theory.top <= found.top && theory.left <= found.left, where).toBe(true);
      expect(theory.bottom >= found.bottom && theory.right >= found.right, where).toBe(true);
    });
  }
  return compared;
}

test('the theoretical field is the rectangle around all pixels that wires lead to, on random graphs', () => {
  const nets = Array.from({ length: 12 }, (_, seed) => {
    const { input, specs } = randomNet(seed, { blocks: 5, without: ['upsample'], hasHead: false });
    return network([27, 25, input[2]!], specs);
  });
  expect(nets.reduce((sum, net) => sum + compare(net), 0)).toBeGreaterThan(2000);
});

test('at the edges of small images it is a bound', () => {
  for (let seed = 0; seed < 60; seed++) compare(randomNet(seed), false);
});

test('with upsampling it is a bound', () => {
  const nets = Array.from({ length: 80 }, (_, seed) => randomNet(seed)).filter((net) =>
    net.nodes.some(({ kind }) => kind === 'upsample'),
  );
  expect(nets.length).toBeGreaterThan(5);
  for (const net of nets) compare(net, false);
});

const fieldOf = (nodes: readonly NodeSpec[], at: string, input = [32, 32, 1]) =>
  theoreticalFields(network(input, nodes)).get(at) as TheoreticalField;

test('sizes follow r = 1 + Σ (k − 1)·d·Π s and jumps Π s', () => {
  const field = fieldOf(
    [
      { kind: 'conv2d', size: 5, padding: 0 },
      { kind: 'maxPool' },
      { kind: 'conv2d', size: 3, dilation: 2, padding: 0, stride: 2 },
      { kind: 'conv2d', size: [1, 3], padding: 0, id: 'end' },
    ],
    'end',
  );
  expect(field).toEqual({
    rows: { jump: 4, first: 0, last: 4 + 1 + 4 * 2 },
    columns: { jump: 4, first: 0, last: 4 + 1 + 4 * 2 + 2 * 4 },
    aligned: true,
  });
});

test("TensorFlow's padding and PyTorch's shift the field differently", () => {
  const rows = (padding: unknown) => fieldOf([{ kind: 'conv2d', stride: 2, padding, id: 'c' }], 'c').rows;
  expect(rows('same')).toEqual({ jump: 2, first: 0, last: 2 });
  expect(rows(1)).toEqual({ jump: 2, first: -1, last: 1 });
});

const crooked: readonly NodeSpec[] = [
  { kind: 'conv2d', size: 2, padding: [0, 1, 0, 1], id: 'a' },
  { kind: 'add', from: ['a', 'straight'], id: 'sum' },
  { kind: 'conv2d', id: 'after' },
];

test('paths with different centres are reported where they meet and at every node behind', () => {
  const nodes = [
    { kind: 'conv2d', id: 'straight', from: 'input' },
    { ...crooked[0]!, from: 'input' },
    ...crooked.slice(1),
  ];
  const fields = theoreticalFields(network([8, 8, 1], nodes));
  const aligned = [...fields].map(([id, field]) => [id, (field as TheoreticalField).aligned]);
  expect(aligned).toEqual([
    ['input', true],
    ['straight', true],
    ['a', true],
    ['sum', false],
    ['after', false],
  ]);
});

test('dense, flatten and the mean over space see every pixel, and so does what follows', () => {
  const nodes: readonly NodeSpec[] = [
    { kind: 'globalAvgPool', id: 'g' },
    { kind: 'activate', id: 'a' },
    { kind: 'dense', id: 'd' },
  ];
  const fields = theoreticalFields(network([8, 8, 1], nodes));
  expect(['g', 'a', 'd'].map((id) => fields.get(id))).toEqual(['global', 'global', 'global']);
  expect(theoreticalFields(network([3], [{ kind: 'dense' }])).get('input')).toBe('global');
});
