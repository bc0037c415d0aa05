import { expect, test } from 'vitest';
import { build, InputError, network, nodeOf, type NodeSpec } from '#src';
import { messageOf } from '../message.ts';

type Case = readonly [what: string, input: readonly number[], nodes: readonly NodeSpec[], message: string];

const loose = (value: unknown) => value as NodeSpec;
const example = '{ "kind": "dense", "units": 10 }';
const kinds =
  'dense, conv2d, depthwiseConv2d, maxPool, avgPool, globalAvgPool, batchNorm, activate, dropout, flatten, add, concat, upsample';
const ids = 'use letters, digits, _ . or -, starting with a letter';
const image = [4, 4, 2];

const cases: readonly Case[] = [
  ['no nodes', [2], [], `network without nodes; add at least one, for example ${example}`],
  ['a node without a kind', [2], [loose({ units: 3 })], `node 1 has no kind; write for example ${example}`],
  ['a node that is no object', [2], [loose(null)], `node 1 has no kind; write for example ${example}`],
  ['an unknown kind', [2], [{ kind: 'densse' }], `unknown kind: "densse"; known: ${kinds}`],
  ['a kind named like a property', [2], [{ kind: '__proto__' }], `unknown kind: "__proto__"; known: ${kinds}`],
  [
    'a node that reads itself',
    [2],
    [{ kind: 'dense', id: 'a', from: 'a' }],
    'node "a" reads itself; earlier nodes: input',
  ],
  [
    'a cycle',
    [2],
    [
      { kind: 'dense', id: 'a', from: 'b' },
      { kind: 'dense', id: 'b' },
    ],
    'cycle: node "a" reads "b", which comes later; earlier nodes: input',
  ],
  [
    'a cycle by a default id',
    [2],
    [{ kind: 'dense', from: 'dense2' }, { kind: 'dense' }],
    'cycle: node "dense1" reads "dense2", which comes later; earlier nodes: input',
  ],
  [
    'an unknown source',
    [2],
    [{ kind: 'dense' }, { kind: 'dense', from: 'x' }],
    'unknown source: "x" in node "dense2"; earlier nodes: input, dense1',
  ],
  [
    'a source that is no text',
    [2],
    [{ kind: 'dense', from: [7] as never }],
    'unknown source: 7 in node "dense1"; earlier nodes: input',
  ],
  [
    'sources that are no list',
    [2],
    [{ kind: 'dense', from: 7 as never }],
    'bad from in node "dense1": 7; use the id of an earlier node, or several as ["a", "b"]',
  ],
  [
    'sources in an object',
    [2],
    [{ kind: 'dense', from: {} as never }],
    'bad from in node "dense1": {}; use the id of an earlier node, or several as ["a", "b"]',
  ],
  [
    'two sources of a dense layer',
    [2],
    [{ kind: 'dense', from: ['input', 'input'] }],
    'dense "dense1" reads one node: got 2; join them with add or concat first',
  ],
  [
    'no source at all',
    [2],
    [{ kind: 'dense', from: [] }],
    'dense "dense1" reads one node: got 0; join them with add or concat first',
  ],
  ['one source of an add', [2], [{ kind: 'add' }], 'add "add1" joins nodes: got 1; name two or more in "from"'],
  [
    'a dense layer on an image',
    image,
    [{ kind: 'dense' }],
    'dense "dense1": needs a flat input: got 4 × 4 × 2; put flatten or globalAvgPool before it',
  ],
  [
    'a convolution on a row',
    [2],
    [{ kind: 'conv2d' }],
    'conv2d "conv2d1": needs an image: got 2; put it before flatten, or give the input as [height, width, channels]',
  ],
  [
    'a pool on a row',
    [2],
    [{ kind: 'maxPool' }],
    'maxPool "maxPool1": needs an image: got 2; put it before flatten, or give the input as [height, width, channels]',
  ],
  [
    'an enlargement of a row',
    [2],
    [{ kind: 'upsample' }],
    'upsample "upsample1": needs an image: got 2; put it before flatten, or give the input as [height, width, channels]',
  ],
  [
    'a mean over a row',
    [2],
    [{ kind: 'globalAvgPool' }],
    'globalAvgPool "globalAvgPool1": needs an image: got 2; put it before flatten, or give the input as [height, width, channels]',
  ],
  [
    'a window that does not fit',
    image,
    [{ kind: 'conv2d', size: 3, dilation: 2, padding: 'valid' }],
    'conv2d "conv2d1": window larger than its input: 5 × 5 on 4 × 4 × 2; use a smaller size or more padding',
  ],
  [
    'a pool that could lie in the padding',
    image,
    [{ kind: 'maxPool', padding: [0, 0, 2, 0] }],
    'maxPool "maxPool1": padding reaches past the window: 0, 0, 2, 0 around windows of 2 × 2; use less than the window\'s size',
  ],
  [
    'a mean that could lie in the padding',
    image,
    [{ kind: 'avgPool', padding: 2 }],
    'avgPool "avgPool1": padding reaches past the window: 2, 2, 2, 2 around windows of 2 × 2; use less than the window\'s size',
  ],
  [
    'shapes to add that differ',
    image,
    [
      { kind: 'conv2d', filters: 3 },
      { kind: 'add', from: ['input', 'conv2d1'] },
    ],
    'add "add1": shapes to add differ: 4 × 4 × 2 and 4 × 4 × 3; make them equal, for example with a 1 × 1 conv2d on one of them',
  ],
  [
    'images to concatenate that differ',
    image,
    [{ kind: 'maxPool' }, { kind: 'concat', from: ['input', 'maxPool1'] }],
    'concat "concat1": images to concatenate differ in size: 4 × 4 × 2 and 2 × 2 × 2; give them the same height and width',
  ],
  [
    'a node nobody reads',
    [2],
    [
      { kind: 'dense', id: 'a' },
      { kind: 'dense', from: 'input' },
    ],
    'nothing reads node "a"; name it in the "from" of a later node, or remove it (the last node is the output)',
  ],
  [
    'two nodes of one id',
    [2],
    [
      { kind: 'dense', id: 'a' },
      { kind: 'dense', id: 'a' },
    ],
    'duplicate id: "a"; give every node an id of its own',
  ],
  [
    'an id that a default takes',
    [2],
    [{ kind: 'dense', id: 'dense2' }, { kind: 'dense' }],
    'duplicate id: "dense2"; give every node an id of its own',
  ],
  [
    'the id of the input',
    [2],
    [{ kind: 'dense', id: 'input' }],
    'duplicate id: "input"; give every node an id of its own',
  ],
  ['an id with a slash', [2], [{ kind: 'dense', id: 'a/b' }], `bad id of node 1: "a/b"; ${ids}`],
  ['an id that starts with a digit', [2], [{ kind: 'dense', id: '1a' }], `bad id of node 1: "1a"; ${ids}`],
  ['an id that is no text', [2], [{ kind: 'dense', id: 7 as never }], `bad id of node 1: 7; ${ids}`],
  ['an empty id', [2], [{ kind: 'dense' }, { kind: 'dense', id: '' }], `bad id of node 2: ""; ${ids}`],
  ['an endless id', [2], [{ kind: 'dense', id: 'a'.repeat(65) }], `bad id of node 1: "${'a'.repeat(65)}"; ${ids}`],
  [
    'a kernel too large',
    [65536],
    [{ kind: 'dense', units: 1000 }],
    'too large: kernel of "dense1" has 65536 × 1000 = 65536000 numbers; use at most 50000000',
  ],
  [
    'an image too large',
    [10000, 10000, 1],
    [{ kind: 'maxPool', size: 1, stride: 1 }],
    'too large: output of "maxPool1" has 10000 × 10000 × 1 = 100000000 numbers; use at most 50000000',
  ],
  [
    'too many nodes',
    [2],
    Array.from({ length: 2001 }, () => ({ kind: 'dense' })),
    'too many nodes: 2001; use at most 2000',
  ],
];

test.for(cases)('refused: %s', ([, input, nodes, message]) => {
  expect(messageOf(() => network(input, nodes))).toBe(message);
  expect(() => network(input, nodes)).toThrow(InputError);
});

const inputs: readonly unknown[] = [
  [],
  [0],
  [1.5],
  [2, 2],
  [4, 4, 0],
  [1, 1, 1, 1],
  [65537],
  ['3'],
  null,
  3,
  { length: 1 },
];

test.for(inputs.map((input) => ({ text: JSON.stringify(input), input })))(
  'refused as an input shape: $text',
  ({ input, text }) => {
    expect(messageOf(() => network(input as number[], [{ kind: 'dense' }]))).toBe(
      `bad input shape: ${text}; use [features] or [height, width, channels]`,
    );
  },
);

test('an error about a node names it for interfaces that point at it', () => {
  const where = (nodes: NodeSpec[]) => {
    try {
      network([3], nodes);
    } catch (error) {
      return (error as InputError).where;
    }
    return undefined;
  };
  expect(where([{ kind: 'activate', fn: 'andAIL', id: 'gate' }])).toBe('gate');
  expect(where([{ kind: 'dense' }, { kind: 'conv2d', id: 'c' }])).toBe('c');
  expect(where([{ kind: 'dense', id: 'a', from: 'nowhere' }])).toBe('a');
  expect(
    where([
      { kind: 'dense', id: 'lonely' },
      { kind: 'dense', from: 'input' },
    ]),
  ).toBe('lonely');
  expect(where([{ kind: 'dense', id: 'd', units: -1 }])).toBe('d');
});

test('asking for a node that is not there lists those that are', () => {
  const net = network([2], [{ kind: 'dense' }, { kind: 'activate' }]);
  expect(messageOf(() => nodeOf(net, 'dense2'))).toBe('unknown node: "dense2"; nodes: dense1, activate1');
});

test('a bad seed and an unknown initialiser are refused before any weight is made', () => {
  const net = network([2], [{ kind: 'dense' }]);
  for (const seed of [-1, 1.5, NaN, 2 ** 53]) {
    expect(messageOf(() => build(net, { seed }))).toBe(
      `bad seed: ${seed}; use a whole number from 0 to 9007199254740991`,
    );
  }
  expect(messageOf(() => build(net, { initializer: 'he' }))).toBe(
    'unknown initialiser: "he"; known: heNormal, heUniform, glorotNormal, glorotUniform, lecunNormal, lecunUniform, orthogonal',
  );
});
