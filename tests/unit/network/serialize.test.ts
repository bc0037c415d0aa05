import { expect, test } from 'vitest';
import { InputError, network, networkDigest, networkFromJSON, networkToJSON, type NodeSpec } from '#src';
import { randomNet } from '../../support/plainNetRandom.ts';
import { messageOf } from '../message.ts';

const nodes: readonly NodeSpec[] = [
  { kind: 'conv2d', filters: 3, size: [3, 2], padding: [0, 1, 2, 0], id: 'a' },
  { kind: 'activate', fn: 'prelu', start: { alpha: 0.5 } },
  { kind: 'concat', from: ['a', 'activate1'] },
  { kind: 'globalAvgPool' },
  { kind: 'dense', units: 2, bias: false },
];
const net = network([5, 5, 1], nodes);

test('a network is the same after saving and loading, as an object and as text', () => {
  for (const some of [net, ...Array.from({ length: 20 }, (_, seed) => randomNet(seed))]) {
    const stored = networkToJSON(some);
    expect(stored).toMatchObject({ format: 'neuroloupe-network', version: 1 });
    for (const loaded of [networkFromJSON(stored), networkFromJSON(JSON.stringify(stored, null, 2))]) {
      const plain = ({ nodes: list }: typeof net) => list.map(({ layer: _, ...rest }) => rest);
      expect(plain(loaded)).toEqual(plain(some));
      expect(loaded.input).toEqual(some.input);
      expect(networkDigest(loaded)).toBe(networkDigest(some));
    }
  }
});

test('format and version may be left out', () => {
  expect(networkDigest(networkFromJSON({ input: [5, 5, 1], nodes }))).toBe(networkDigest(net));
});

test('the digest is 16 hexadecimal digits, fixed for good', () => {
  // FNV-1a over {"input":[2],"nodes":[{"kind":"dense","units":3}]}, worked out apart from this program.
  expect(networkDigest(network([2], [{ kind: 'dense', units: 3 }]))).toBe('4730400ca8192e6b');
});

test('the digest does not see the order of options, nor options that are undefined', () => {
  const turned = nodes.map((node) => Object.fromEntries(Object.entries(node).reverse()) as NodeSpec);
  expect(networkDigest(network([5, 5, 1], turned))).toBe(networkDigest(net));
  const blank = nodes.map((node) => ({ ...node, from: node.from, momentum: undefined }));
  expect(networkDigest({ ...net, specs: blank })).toBe(networkDigest(net));
});

test('the digest sees every change', () => {
  const change = (index: number, part: object) => nodes.map((node, i) => (i === index ? { ...node, ...part } : node));
  const others = [
    network([5, 6, 1], nodes),
    network([5, 5, 2], nodes),
    network([5, 5, 1], change(0, { size: [2, 3] })),
    network([5, 5, 1], change(0, { stride: 2 })),
    network([5, 5, 1], change(1, { start: { alpha: 0.25 } })),
    network([5, 5, 1], change(1, { fn: 'tanh', start: {} })),
    network([5, 5, 1], change(2, { from: ['activate1', 'a'] })),
    network([5, 5, 1], change(4, { units: 3 })),
    network([5, 5, 1], change(4, { bias: true })),
    network([5, 5, 1], [...nodes, { kind: 'activate' }]),
  ];
  const digests = [net, ...others].map(networkDigest);
  expect(new Set(digests).size).toBe(digests.length);
});

/** Mistakes and where they are; some engines' own messages name no place for half of these. */
const broken: readonly (readonly [text: string, line: number, column: number])[] = [
  ['', 1, 1],
  ['[1, 2', 1, 6],
  ['{"a": 1,}', 1, 9],
  ['{\n  "input": [1],\n  "nodes": [}\n', 3, 13],
  ['{"a" 1}', 1, 6],
  ['{"a": 01}', 1, 8],
  ['{"a": tru}', 1, 7],
  ['{a: 1}', 1, 2],
  ["{'a': 1}", 1, 2],
  ['{"a": [1,,2]}', 1, 10],
  ['{"a": 1} x', 1, 10],
  ['{"a": "\\q"}', 1, 8],
  ['{"a": "b\nc"}', 1, 9],
  ['{"a": "open', 1, 12],
  ['{"a": .5}', 1, 7],
  ['{"a": NaN}', 1, 7],
  ['{"a": "position 3", b}', 1, 21],
  [']', 1, 1],
  ['{"a": 1]', 1, 8],
  ['[1 2]', 1, 4],
  ['// no', 1, 1],
];

test.for(broken.map(([text, line, column]) => ({ text, shown: JSON.stringify(text), line, column })))(
  '$shown is not JSON at line $line, column $column',
  ({ text, line, column }) => {
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
    const place = `line ${line}, column ${column}`;
    expect(messageOf(() => networkFromJSON(text))).toBe(`not JSON: ${place}; check commas, quotes and brackets there`);
    try {
      networkFromJSON(text);
    } catch (error) {
      expect(error).toBeInstanceOf(InputError);
      expect((error as InputError).where).toBe(place);
    }
  },
);

test('the place of a mistake deep in nested brackets is found without running out of stack', () => {
  const depth = 200_000;
  expect(messageOf(() => networkFromJSON('['.repeat(depth)))).toBe(
    `not JSON: line 1, column ${depth + 1}; check commas, quotes and brackets there`,
  );
});

const wrong: readonly (readonly [value: unknown, message: string])[] = [
  [3, 'not a network; write { "input": [28, 28, 1], "nodes": [ … ] }'],
  [null, 'not a network; write { "input": [28, 28, 1], "nodes": [ … ] }'],
  [[], 'not a network; write { "input": [28, 28, 1], "nodes": [ … ] }'],
  ['"text"', 'not a network; write { "input": [28, 28, 1], "nodes": [ … ] }'],
  [{ format: 'keras' }, 'not a network: format "keras"; expected "neuroloupe-network"'],
  [{ version: 2 }, 'unknown version of the network format: 2; this program reads 1'],
  [{ version: '1' }, 'unknown version of the network format: "1"; this program reads 1'],
  [{ layers: [] }, 'unknown field of a network: "layers"; known: format, version, input, nodes'],
  [{ input: [2] }, 'network without nodes; add "nodes": [ { "kind": "dense", "units": 10 } ]'],
  [{ input: [2], nodes: {} }, 'network without nodes; add "nodes": [ { "kind": "dense", "units": 10 } ]'],
  [{ nodes }, 'bad input shape: undefined; use [features] or [height, width, channels]'],
];

test.for(wrong.map(([value, message]) => ({ text: JSON.stringify(value), value, message })))(
  '$text is refused',
  ({ value, message }) => {
    expect(messageOf(() => networkFromJSON(value))).toBe(message);
  },
);

/** JSON.parse makes these own keys; a merge that assigns them would change the prototype of what it writes to. */
const hostile: readonly (readonly [text: string, message: string])[] = [
  [
    '{"input":[2],"nodes":[{"kind":"dense"}],"__proto__":{"polluted":1}}',
    'unknown field of a network: "__proto__"; known: format, version, input, nodes',
  ],
  [
    '{"input":[2],"nodes":[{"kind":"dense","__proto__":{"polluted":1}}]}',
    'unknown option in dense "dense1": "__proto__"; known: units, bias',
  ],
  [
    '{"input":[2],"nodes":[{"kind":"dense","constructor":1}]}',
    'unknown option in dense "dense1": "constructor"; known: units, bias',
  ],
  [
    '{"input":[2],"nodes":[{"kind":"activate","fn":"prelu","start":{"__proto__":{"alpha":9}}}]}',
    'activate "activate1": unknown shape parameter of prelu: "__proto__"; known: alpha',
  ],
  [
    '{"input":[2],"nodes":[{"__proto__":{"kind":"dense"}}]}',
    'node 1 has no kind; write for example { "kind": "dense", "units": 10 }',
  ],
];

test.for(hostile)('%s is refused and changes no prototype', ([text, message]) => {
  const before = [Object, Array, Map, Function].map((item) => Reflect.ownKeys(item.prototype as object));
  expect(messageOf(() => networkFromJSON(text))).toBe(message);
  expect([Object, Array, Map, Function].map((item) => Reflect.ownKeys(item.prototype as object))).toEqual(before);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

test('names of properties are plain ids', () => {
  const names = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'];
  const chain = network(
    [3],
    names.map((id) => ({ kind: 'dense', units: 2, id })),
  );
  expect(chain.nodes.map(({ id, from, shape }) => [id, from, shape])).toEqual(
    names.map((id, i) => [id, [i === 0 ? 'input' : names[i - 1]], [2]]),
  );
  expect(networkDigest(networkFromJSON(JSON.stringify(networkToJSON(chain))))).toBe(networkDigest(chain));
});
