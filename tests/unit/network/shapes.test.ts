import { expect, test } from 'vitest';
import { countParameters, network, originsOf, stages, type NodeSpec } from '#src';

const shapeAfter = (input: readonly number[], ...nodes: NodeSpec[]) => network(input, nodes).nodes.at(-1)!.shape;

type Case = readonly [node: NodeSpec, input: readonly number[], shape: readonly number[]];

const cases: readonly Case[] = [
  [{ kind: 'dense', units: 7 }, [3], [7]],
  [{ kind: 'dense' }, [3], [1]],
  [{ kind: 'conv2d' }, [5, 6, 2], [5, 6, 8]],
  [{ kind: 'conv2d', filters: 3, stride: 2 }, [8, 8, 1], [4, 4, 3]],
  [{ kind: 'conv2d', filters: 3, stride: 2 }, [7, 9, 1], [4, 5, 3]],
  [{ kind: 'conv2d', filters: 3, stride: [1, 3], padding: 'same' }, [7, 7, 1], [7, 3, 3]],
  [{ kind: 'conv2d', filters: 3, padding: 'valid' }, [8, 6, 1], [6, 4, 3]],
  [{ kind: 'conv2d', filters: 3, padding: 1, size: 2 }, [4, 4, 1], [5, 5, 3]],
  [{ kind: 'conv2d', filters: 3, padding: [0, 1, 2, 3], size: [2, 3] }, [4, 4, 1], [4, 7, 3]],
  [{ kind: 'conv2d', filters: 3, padding: [0, 1, 0, 1], size: 3, stride: 2 }, [8, 8, 1], [4, 4, 3]],
  [{ kind: 'conv2d', filters: 3, padding: 'valid', dilation: [2, 1] }, [8, 8, 1], [4, 6, 3]],
  [{ kind: 'conv2d', filters: 3, dilation: 3, stride: 2 }, [8, 9, 1], [4, 5, 3]],
  [{ kind: 'depthwiseConv2d', multiplier: 3 }, [5, 5, 2], [5, 5, 6]],
  [{ kind: 'depthwiseConv2d', stride: 2, padding: 'valid' }, [6, 5, 2], [2, 2, 2]],
  [{ kind: 'maxPool' }, [5, 6, 2], [2, 3, 2]],
  [{ kind: 'maxPool', padding: 'same' }, [5, 6, 2], [3, 3, 2]],
  [{ kind: 'maxPool', size: 3, stride: 2, padding: [0, 1, 1, 1] }, [6, 6, 2], [3, 3, 2]],
  [{ kind: 'avgPool', size: [1, 3], stride: 1 }, [5, 6, 2], [5, 4, 2]],
  [{ kind: 'globalAvgPool' }, [5, 6, 2], [2]],
  [{ kind: 'batchNorm' }, [5, 6, 2], [5, 6, 2]],
  [{ kind: 'batchNorm' }, [5], [5]],
  [{ kind: 'activate' }, [5, 6, 2], [5, 6, 2]],
  [{ kind: 'activate', fn: 'andAIL' }, [5, 6, 4], [5, 6, 2]],
  [{ kind: 'activate', fn: 'andAIL' }, [4], [2]],
  [{ kind: 'dropout' }, [5, 6, 2], [5, 6, 2]],
  [{ kind: 'flatten' }, [5, 6, 2], [60]],
  [{ kind: 'flatten' }, [5], [5]],
  [{ kind: 'add', from: ['input', 'input', 'input'] }, [5, 6, 2], [5, 6, 2]],
  [{ kind: 'concat', from: ['input', 'input', 'input'] }, [5, 6, 2], [5, 6, 6]],
  [{ kind: 'concat', from: ['input', 'input'] }, [5], [10]],
  [{ kind: 'upsample' }, [5, 6, 2], [10, 12, 2]],
  [{ kind: 'upsample', factor: [1, 3] }, [5, 6, 2], [5, 18, 2]],
];

test.for(cases.map(([node, input, shape]) => ({ text: JSON.stringify(node), node, input, shape })))(
  'the shape of $input after $text',
  ({ node, input, shape }) => expect(shapeAfter(input, node)).toEqual(shape),
);

test("'same' with stride 2 on an even size pads after the image, not before it", () => {
  const net = network([8, 8, 1], [{ kind: 'conv2d', stride: 2 }]);
  const [{ layer, options }] = net.nodes as [(typeof net.nodes)[0]];
  expect(layer.window!(net.input, options).padding).toEqual([0, 1, 0, 1]);
  expect(layer.window!([7, 8, 1], options).padding).toEqual([1, 1, 0, 1]);
});

test('a node without an id is named by its kind and a running number', () => {
  const net = network(
    [4, 4, 1],
    [
      { kind: 'conv2d' },
      { kind: 'activate' },
      { kind: 'conv2d', id: 'mine' },
      { kind: 'conv2d' },
      { kind: 'flatten' },
      { kind: 'dense' },
    ],
  );
  expect(net.nodes.map(({ id }) => id)).toEqual(['conv2d1', 'activate1', 'mine', 'conv2d3', 'flatten1', 'dense1']);
  expect(net.nodes.map(({ from }) => from[0])).toEqual([
    'input',
    'conv2d1',
    'activate1',
    'mine',
    'conv2d3',
    'flatten1',
  ]);
  expect(net.output).toBe('dense1');
});

test('ids may be letters of any alphabet', () => {
  expect(
    network(
      [2],
      [
        { kind: 'dense', id: 'λ_1' },
        { kind: 'dense', id: 'Größe.2' },
      ],
    ).output,
  ).toBe('Größe.2');
});

test('parameters are counted without running statistics', () => {
  const net = network(
    [6, 6, 2],
    [
      { kind: 'conv2d', filters: 4, size: [3, 2] },
      { kind: 'batchNorm' },
      { kind: 'activate', fn: 'prelu', parameters: 'channel' },
      { kind: 'depthwiseConv2d', multiplier: 2, bias: false },
      { kind: 'globalAvgPool' },
      { kind: 'dense', units: 3 },
    ],
  );
  expect(countParameters(net)).toBe(3 * 2 * 2 * 4 + 4 + (4 + 4) + 4 + 3 * 3 * 4 * 2 + (8 * 3 + 3));
});

const branched = () =>
  network(
    [4, 4, 2],
    [
      { kind: 'conv2d', filters: 4, id: 'a', size: [5, 3] },
      { kind: 'batchNorm' },
      { kind: 'activate', fn: 'andAIL' },
      { kind: 'dropout' },
      { kind: 'conv2d', filters: 2, id: 'b', stride: 2, from: 'activate1' },
      { kind: 'maxPool', from: 'dropout1', id: 'p' },
      { kind: 'add', from: ['b', 'p'], id: 's' },
      { kind: 'concat', from: ['p', 's'], id: 'cat' },
      { kind: 'flatten' },
      { kind: 'dense', units: 3, id: 'd' },
      { kind: 'activate', fn: 'tanh', id: 'end' },
    ],
  );

test('a stage is a weighted node with the norm and the activation that directly follow it', () => {
  expect(stages(branched())).toEqual([
    { id: 'a', output: 'activate1', from: ['input'], kind: 'conv2d', shape: [4, 4, 2], detail: '5 × 3' },
    { id: 'b', output: 'b', from: ['a'], kind: 'conv2d', shape: [2, 2, 2], detail: '3 × 3, stride 2' },
    { id: 'd', output: 'end', from: ['a', 'b'], kind: 'dense', shape: [3], detail: '3 units' },
  ]);
});

test('every channel a weighted node reads is traced to the stage channels it came from', () => {
  const origins = originsOf(branched());
  const from = (stage: string, ...channels: number[]) => channels.map((channel) => ({ stage, channel }));
  expect(origins('a')).toEqual([from('input', 0), from('input', 1)]);
  // The gate joins channels 0 with 1 and 2 with 3.
  expect(origins('b')).toEqual([from('a', 0, 1), from('a', 2, 3)]);
  const pooled = [from('a', 0, 1), from('a', 2, 3)];
  const summed = [
    [...from('b', 0), ...pooled[0]!],
    [...from('b', 1), ...pooled[1]!],
  ];
  const perPixel = [...pooled, ...summed];
  expect(origins('d')).toEqual([...perPixel, ...perPixel, ...perPixel, ...perPixel]);
});
