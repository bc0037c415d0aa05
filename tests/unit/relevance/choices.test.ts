import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  activations,
  composites,
  defineActivation,
  fittingRules,
  network,
  placesOf,
  relevance,
  ruleFrom,
  ruleKinds,
  rules,
  rulesFor,
  startEngine,
  uniform,
  vocabulary,
  type RuleChoices,
  type RuleSpec,
} from '#src';
import { allKinds, drawn } from '../../support/allKinds.ts';
import { relativeError } from '../../support/finiteDifference.ts';
import { plainComposites } from '../../support/plainComposites.ts';
import { plainWalk, startAtClass } from '../../support/plainNetRelevance.ts';
import { readWalk, tensorOf, withTrace, withWeights } from '../../support/tracedWalk.ts';
import { messageOf } from '../message.ts';

let tensorsBefore = 0;
beforeAll(async () => {
  await startEngine({ tier: 'cpu' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

const linear = ['epsilon', 'zPlus', 'alphaBeta', 'gamma', 'wSquare', 'flat', 'zBox'];
const FITTING: Readonly<Record<string, readonly string[]>> = {
  conv: [...linear, 'gradient'],
  folded: ['norm', 'pass', 'gradient'],
  relu: ['pass', 'gradient', 'guided', 'deconv', 'smooth'],
  depthwise: [...linear, 'gradient'],
  leaky: ['pass', 'gradient'],
  skip: ['norm', 'gradient'],
  norm: ['norm', 'pass', 'gradient'],
  max: ['gradient'],
  mean: ['norm', 'gradient'],
  joined: ['gradient'],
  up: ['gradient'],
  narrow: [...linear, 'gradient'],
  gate: ['norm', 'gradient'],
  dropout: ['gradient'],
  tanh: ['pass', 'gradient'],
  row: ['gradient'],
  dense: [...linear, 'gradient'],
  space: ['norm', 'gradient'],
  both: ['gradient'],
  end: [...linear, 'gradient'],
};

test('every node has its fitting rules, and every rule fits some node', () => {
  const found = placesOf(allKinds).map((place) => [place.node.id, fittingRules(place).map(({ id }) => id)] as const);
  expect(Object.fromEntries(found)).toEqual(FITTING);
  expect(new Set(found.flatMap(([, ids]) => ids))).toEqual(new Set(ruleKinds.ids()));
});

const pairs = Object.entries(FITTING).flatMap(([id, kinds]) => kinds.map((kind) => [kind, id] as const));

test.for(pairs)('rule %s works with its defaults at node %s, in the place of the composite’s', async ([kind, id]) => {
  const { weights, x } = drawn();
  const composite = composites.get('epsilonPlus')();
  const rulesOf = rulesFor(allKinds, composite, { [id]: kind });
  expect(rulesOf.get(id)).toMatchObject({ id: kind, options: ruleKinds.get(kind)().options });
  const table = plainComposites.epsilonPlus!(allKinds, {});
  const walked = plainWalk(allKinds, weights, x, {
    start: startAtClass(allKinds, 0, 'logit'),
    ruleOf: (node) => (node.id === id ? { id: kind } : table(node)),
    isFolded: false,
  });
  const found = await withWeights(allKinds, weights, (model) =>
    withTrace(model, x, { rules: rulesOf, isFolded: false }, (trace) =>
      readWalk(trace, { start: new Map([['end', walked.relevance.get('end')!]]) }),
    ),
  );
  for (const [at, { data }] of walked.relevance) {
    expect(relativeError(found.relevance.get(at)!, data), at).toBeLessThan(1e-3);
  }
});

test('a rule is its id, or its id with settings; what is not given has its default', () => {
  expect(ruleFrom('epsilon')).toMatchObject({ id: 'epsilon', options: { eps: 1e-6, zeroBias: false } });
  expect(ruleFrom({ rule: 'gamma', gamma: 2 })).toMatchObject({
    id: 'gamma',
    options: { gamma: 2, eps: 1e-6, zeroBias: false },
  });
  expect(ruleFrom({ rule: 'zBox', low: -1 }).options).toEqual({ low: -1, high: 1, eps: 1e-6 });
});

const refusals: readonly (readonly [what: string, choices: Readonly<Record<string, unknown>>, message: string])[] = [
  [
    'an unknown node',
    { conv9: 'epsilon' },
    `rule for unknown node: "conv9"; nodes: ${allKinds.nodes.map(({ id }) => id).join(', ')}`,
  ],
  ['an unknown rule', { conv: 'lrp' }, `unknown rule: "lrp"; known: ${ruleKinds.ids().join(', ')}`],
  [
    'an unknown rule with settings',
    { conv: { rule: 'lrp', eps: 1 } },
    `unknown rule: "lrp"; known: ${ruleKinds.ids().join(', ')}`,
  ],
  [
    'a rule for layers with weights at a ReLU',
    { relu: 'epsilon' },
    'rule does not fit node "relu" (activate): "epsilon"; use pass, gradient, guided, deconv, smooth',
  ],
  [
    'a rule for ReLUs at a leaky one',
    { leaky: { rule: 'smooth', beta: 2 } },
    'rule does not fit node "leaky" (activate): "smooth"; use pass, gradient',
  ],
  [
    'pass at a convolution',
    { conv: 'pass' },
    `rule does not fit node "conv" (conv2d): "pass"; use ${linear.join(', ')}, gradient`,
  ],
  ['norm at a max pool', { max: 'norm' }, 'rule does not fit node "max" (maxPool): "norm"; use gradient'],
  [
    'nothing at all, from loose JSON',
    { conv: null },
    'bad rule: null; use an id such as "zPlus", or { "rule": "gamma", "gamma": 0.5 }',
  ],
  [
    'settings without a rule',
    { conv: { eps: 1 } },
    'bad rule: {"eps":1}; use an id such as "zPlus", or { "rule": "gamma", "gamma": 0.5 }',
  ],
  [
    'an option a rule does not have',
    { conv: { rule: 'flat', gamma: 1 } },
    'unknown option in flat: "gamma"; known: eps',
  ],
  ['an option of a rule without any', { relu: { rule: 'pass', eps: 1 } }, 'unknown option in pass: "eps"; known: none'],
  [
    'an option out of bounds',
    { conv: { rule: 'alphaBeta', beta: -1 } },
    'bad beta in alphaBeta: -1; use a number from 0 to 100',
  ],
  [
    'an option of the wrong type',
    { conv: { rule: 'epsilon', zeroBias: 'yes' } },
    'bad zeroBias in epsilon: "yes"; use true or false',
  ],
  [
    'an option that is no number',
    { conv: { rule: 'epsilon', eps: NaN } },
    'bad eps in epsilon: NaN; use a number from 0 to 1000000',
  ],
];

test.for(refusals)('refused as a rule: %s', ([, choices, message]) => {
  const composite = composites.get('epsilonPlus')();
  expect(messageOf(() => rulesFor(allKinds, composite, choices as RuleChoices))).toBe(message);
});

test('a composite refuses settings it does not have, and numbers out of bounds', () => {
  expect(messageOf(() => composites.get('epsilonPlus')({ gamma: 1 }))).toBe(
    'unknown option in epsilonPlus: "gamma"; known: eps',
  );
  expect(messageOf(() => composites.get('betaSmooth')({ beta: 0 }))).toBe(
    'bad beta in betaSmooth: 0; use a number from 0.001 to 10000',
  );
});

test('a gate that is no sum of its inputs has no rule but its gradient', () => {
  const product = defineActivation({
    id: 'product',
    title: 'Product',
    arity: 2,
    formula: 'x y',
    source: 'this test',
    scalar: ([x, y]) => x! * y!,
    apply: ([x, y]) => tf.mul(x!, y!),
  });
  const words = { ...vocabulary, activations: activations.with(product) };
  const net = network([2], [{ kind: 'activate', fn: 'product', id: 'gate' }], words);
  const composite = uniform(rules.epsilon());
  const choose = (rule: RuleSpec) => rulesFor(net, composite, { gate: rule }).get('gate')!.id;
  expect(messageOf(() => choose('norm'))).toBe('rule does not fit node "gate" (activate): "norm"; use gradient');
  expect(choose('gradient')).toBe('gradient');
});

test('only one node is the first with weights, also where the input feeds two branches', () => {
  const net = network(
    [4, 4, 1],
    [
      { kind: 'activate', id: 'a' },
      { kind: 'conv2d', from: 'a', id: 'left' },
      { kind: 'conv2d', from: 'a', id: 'right' },
      { kind: 'add', from: ['left', 'right'], id: 'sum' },
      { kind: 'globalAvgPool', id: 'mean' },
      { kind: 'dense', units: 2, id: 'end' },
    ],
  );
  const found = rulesFor(net, composites.get('epsilonPlusFlat')());
  expect([...found].map(([id, rule]) => [id, rule.id])).toEqual([
    ['a', 'pass'],
    ['left', 'flat'],
    ['right', 'zPlus'],
    ['sum', 'norm'],
    ['mean', 'norm'],
    ['end', 'epsilon'],
  ]);
});

test('a net of dense layers alone has a flat first layer, but no box', () => {
  const net = network([3], [{ kind: 'dense', units: 4 }, { kind: 'activate' }, { kind: 'dense', units: 2 }]);
  const idsOf = (id: string) => [...rulesFor(net, composites.get(id)()).values()].map((rule) => rule.id);
  expect(idsOf('epsilonPlusFlat')).toEqual(['flat', 'pass', 'epsilon']);
  expect(idsOf('epsilonGammaBox')).toEqual(['epsilon', 'pass', 'epsilon']);
});

test('the record names the rule of every node it used; folded batch norms have none', async () => {
  const { weights, x } = drawn();
  await withWeights(allKinds, weights, async (model) => {
    const input = tensorOf(x);
    const choices = { conv: { rule: 'gamma', gamma: 1 }, skip: 'gradient' };
    const { data } = await relevance.measure(model, input, { rules: choices });
    input.dispose();
    const used = Object.fromEntries(data.rules.map(({ at, rule }) => [at, rule]));
    expect(used).toMatchObject({ conv: 'gamma', skip: 'gradient', depthwise: 'zPlus', norm: 'pass', end: 'epsilon' });
    expect(used).not.toHaveProperty('folded');
    expect(data.notFolded).toEqual(['norm']);
  });
});
