import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  conceptGraph,
  channelMaps,
  checkQuery,
  conditionalMaps,
  findReferences,
  network,
  referenceMaps,
  regionMask,
  startEngine,
  type ConceptGraphOptions,
  type ChannelMapsQuery,
  type ConceptQuery,
  type Network,
  type Reference,
  type Samples,
  type Trace,
} from '#src';
import { messageOf, messageOfAsync } from '../message.ts';
import { branches, epsilonPlusFlat, flat, line, modelOf, numbers, single, traced } from './nets.ts';

let tensorsBefore = 0;
beforeAll(async () => {
  await startEngine({ tier: 'cpu' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

const ids = (net: Network) => net.nodes.map(({ id }) => id).join(', ');
const classes = [1];

const queries: readonly (readonly [message: string, query: ConceptQuery])[] = [
  [`unknown node: "c"; nodes: ${ids(branches)}`, { classes, conditions: { c: [0] } }],
  [`unknown node: "input"; nodes: ${ids(branches)}`, { classes, conditions: { input: [0] } }],
  [`unknown node: "c"; nodes: ${ids(branches)}`, { startAt: 'c', conditions: {} }],
  ['unknown channel: 3 of "far"; it has channels 0 to 2', { classes, conditions: { far: [0, 3] } }],
  ['unknown channel: -1 of "far"; it has channels 0 to 2', { classes, conditions: { far: [-1] } }],
  ['unknown channel: 0.5 of "far"; it has channels 0 to 2', { classes, conditions: { far: [0.5] } }],
  ['unknown channel: 3 of "far"; it has channels 0 to 2', { classes, conditions: { far: { 3: 0 } } }],
  ['unknown position: 36 of "far"; it has positions 0 to 35', { classes, conditions: { far: { 1: 36 } } }],
  ['unknown position: -1 of "far"; it has positions 0 to 35', { classes, conditions: { far: { 1: -1 } } }],
  ['unknown position: 1 of "mean"; it has positions 0 to 0', { classes, conditions: { mean: { 1: 1 } } }],
  ['empty condition at "far"; name at least one of its channels 0 to 2', { classes, conditions: { far: [] } }],
  ['empty condition at "far"; name at least one of its channels 0 to 2', { classes, conditions: { far: {} } }],
  [
    'conditions at parallel nodes: "left" and "right"; choose nodes on one path, or let parallel paths in',
    { classes, conditions: { stem: [0], left: [0], right: [1] } },
  ],
  [
    'node "top" is not below the start: relevance that starts at "far" never reaches it; start higher up',
    { startAt: 'far', conditions: { far: [0], top: [1] } },
  ],
  [
    'node "left" is not below the start: relevance that starts at "far" never reaches it; start higher up',
    { startAt: 'far', conditions: { left: [1] }, excludesParallel: false },
  ],
  ['relevance needs one start; give classes, or a node to start at', { conditions: {} }],
  ['relevance needs one start; give classes, or a node to start at', { classes: [], conditions: {} }],
  ['relevance needs one start; give classes, or a node to start at', { classes, startAt: 'far', conditions: {} }],
  ['relevance needs one start; give classes, or a node to start at', { classes: [], startAt: 'far', conditions: {} }],
];

test.for(queries)('%s', async ([message, query]) => {
  expect(messageOf(() => checkQuery(branches, query))).toBe(message);
  await traced(branches, numbers(branches, 1), async (trace) => {
    expect(messageOf(() => conditionalMaps(trace, [query]))).toBe(message);
  });
});

test('what would fit passes', () => {
  const good: readonly ConceptQuery[] = [
    { classes, conditions: {} },
    { classes, conditions: { left: [1], right: [1] }, excludesParallel: false },
    { classes, conditions: { top: [0], far: { 2: 35 }, stem: [0, 1, 2] } },
    { startAt: 'far', conditions: { far: [0], stem: [1] } },
  ];
  for (const query of good) checkQuery(branches, query);
});

const onTrace = <T>(use: (trace: Trace) => Promise<T>, net: Network = branches) => traced(net, numbers(net, 1), use);

test('queries that start differently or name different nodes are not answered together', async () => {
  const first = { classes, conditions: { far: [0] } };
  await onTrace(async (trace) => {
    const others: readonly ConceptQuery[] = [
      { classes: [0], conditions: { far: [1] } },
      { classes, conditions: { left: [1] } },
      { classes, conditions: {} },
      { classes, conditions: { far: [1] }, excludesParallel: false },
      { classes, conditions: { far: [1] }, initial: 1 },
    ];
    for (const other of others) {
      expect(messageOf(() => conditionalMaps(trace, [first, other]))).toBe(
        'queries that do not go together: they start differently, or name different nodes; ask them one by one',
      );
    }
  });
});

test('a class without a logit, and start values that do not fit', async () => {
  await onTrace(async (trace) => {
    const asked = (query: Partial<ConceptQuery>) =>
      messageOf(() => conditionalMaps(trace, [{ conditions: {}, ...query }]));
    expect(asked({ classes: [3] })).toBe('unknown class: 3; the net answers classes 0 to 2');
    expect(asked({ startAt: 'far', initial: new Float32Array(5) })).toBe(
      'wrong number of start values: 5; the starting node has 108',
    );
  });
  await onTrace(async (trace) => {
    expect(messageOf(() => conditionalMaps(trace, [{ classes: [0], conditions: {} }]))).toBe(
      'unknown class: 0; only class 1 has a logit',
    );
  }, single);
  const image = network([3, 3, 1], [{ kind: 'conv2d', id: 'a', filters: 2 }]);
  await onTrace(async (trace) => {
    expect(messageOf(() => conditionalMaps(trace, [{ classes, conditions: {} }]))).toBe(
      'relevance starts at a logit: the net ends with 3 × 3 × 2; end it with flatten or globalAvgPool and a dense layer',
    );
  }, image);
});

const maps: readonly (readonly [message: string, query: ChannelMapsQuery])[] = [
  [`unknown node: "c"; nodes: ${ids(branches)}`, { at: 'c', classes }],
  ['unknown channel: 3 of "far"; it has channels 0 to 2', { at: 'far', classes, channels: [0, 3] }],
  ['empty condition at "far"; name at least one of its channels 0 to 2', { at: 'far', classes, channels: [] }],
  ['bad number of channels: 0; use a whole number from 1 to 3', { at: 'far', classes, channels: 0 }],
  ['bad number of channels: 1.5; use a whole number from 1 to 3', { at: 'far', classes, channels: 1.5 }],
  ['unknown class: 3; the net answers classes 0 to 2', { at: 'far', classes: [3] }],
  ['relevance needs one start; give classes, or a node to start at', { at: 'far' }],
  [
    'conditions at parallel nodes: "left" and "far"; choose nodes on one path, or let parallel paths in',
    { at: 'far', classes, conditions: { left: [0] } },
  ],
];

test.for(maps)('maps of channels: %s', async ([message, query]) => {
  await onTrace(async (trace) => expect(await messageOfAsync(() => channelMaps(trace, query))).toBe(message));
});

const graphs: readonly (readonly [message: string, options: Partial<ConceptGraphOptions>])[] = [
  [`unknown node: "c"; nodes: ${ids(branches)}`, { among: ['stem', 'c'] }],
  [`unknown node: "c"; nodes: ${ids(branches)}`, { start: { at: 'c', channel: 0 } }],
  ['unknown channel: 4 of "top"; it has channels 0 to 3', { start: { at: 'top', channel: 4 } }],
  ['bad width of an attribution graph: []; use whole numbers from 1, one per level', { width: [] }],
  ['bad width of an attribution graph: [2,0]; use whole numbers from 1, one per level', { width: [2, 0] }],
  ['bad width of an attribution graph: [1.5]; use whole numbers from 1, one per level', { width: [1.5] }],
  ['unknown class: 3; the net answers classes 0 to 2', { target: 3 }],
];

test.for(graphs)('attribution graph: %s', async ([message, options]) => {
  const given = { start: { at: 'top', channel: 1 }, among: ['far', 'left', 'stem'], width: [1], ...options };
  await onTrace(async (trace) => expect(await messageOfAsync(() => conceptGraph(trace, given))).toBe(message));
});

test('a region must lie inside its node', () => {
  const region = (rows: [number, number], columns: [number, number], at = 'pool') =>
    messageOf(() => regionMask(line, at, { rows, columns }).dispose());
  expect(region([0, 2], [0, 1])).toBe('nothing');
  expect(region([0, 3], [0, 1])).toBe(
    'region outside its node: rows 0 to 3, columns 0 to 1 of "pool"; it has rows 0 to 2, columns 0 to 1',
  );
  expect(region([2, 1], [0, 1])).toBe(
    'region outside its node: rows 2 to 1, columns 0 to 1 of "pool"; it has rows 0 to 2, columns 0 to 1',
  );
  expect(region([0, 1], [-1, 0.5])).toBe(
    'region outside its node: rows 0 to 1, columns -1 to 0.5 of "pool"; it has rows 0 to 2, columns 0 to 1',
  );
  expect(region([0, 0], [0, 0], 'flat')).toBe(
    'region outside its node: rows 0 to 0, columns 0 to 0 of "flat"; it has rows 0 to 0, columns 0 to 0',
  );
  expect(region([0, 0], [0, 0], 'c')).toBe(`unknown node: "c"; nodes: ${ids(line)}`);
});

const few: Samples = { inputs: new Float32Array(8), labels: Int32Array.of(0, 1), count: 2 };
const reference: Reference = { sample: 0, label: 0, value: 1, neuron: 0 };

test('references of nothing, or of what is not there', async () => {
  const model = modelOf(flat, 1);
  const found = (nodes: readonly string[]) =>
    messageOfAsync(() => findReferences(model, few, { nodes, composite: epsilonPlusFlat }).next());
  expect(await found([])).toBe('no nodes to find reference samples for; name at least one');
  expect(await found(['a', 'c'])).toBe(`unknown node: "c"; nodes: ${ids(flat)}`);

  const shown = (given: Partial<Reference>, at = 'a', channel = 0) => {
    const options = { at, channel, mode: 'relevance', composite: epsilonPlusFlat } as const;
    return messageOfAsync(() => referenceMaps(model, few, [reference, { ...reference, ...given }], options));
  };
  expect(await shown({ sample: 2 })).toBe('unknown sample: 2; there are samples 0 to 1');
  expect(await shown({ sample: -1 })).toBe('unknown sample: -1; there are samples 0 to 1');
  expect(await shown({ neuron: 1 })).toBe('unknown position: 1 of "a"; it has positions 0 to 0');
  expect(await shown({ label: 3 })).toBe('unknown class: 3; the net answers classes 0 to 2');
  expect(await shown({}, 'a', 5)).toBe('unknown channel: 5 of "a"; it has channels 0 to 4');
  expect(await shown({}, 'c')).toBe(`unknown node: "c"; nodes: ${ids(flat)}`);
  const { weights } = numbers(flat, 1);
  model.write({ ...weights, 'logits/bias': Float32Array.of(NaN, 0, 0) });
  expect(await shown({})).toBe('not a finite number: the concept maps of "a" holds NaN at 0; the run has diverged');
  model.dispose();
});

test.for([0, -1, 1.5, NaN])('%d things at once would never come to an end', async (atOnce) => {
  const message = `bad number at once: ${atOnce}; use a whole number from 1`;
  await onTrace(async (trace) => {
    const asked = channelMaps(trace, { at: 'far', classes, conditions: {} }, { atOnce });
    await expect(asked).rejects.toThrow(message);
  });
});
