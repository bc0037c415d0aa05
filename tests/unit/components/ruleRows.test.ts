import { expect, test } from 'vitest';
import {
  compositeFrom,
  composites,
  defineActivation,
  network,
  presets,
  ruleKinds,
  rulesFor,
  tf,
  vocabulary,
} from '#src';
import { ownSettings, ruleRows, ruleSpec, strangersIn } from '../../support/drawingParts.ts';

const conv = network(
  [8, 8, 1],
  [
    { kind: 'conv2d', id: 'conv', filters: 2, size: 3 },
    { kind: 'activate', id: 'relu', fn: 'relu' },
    { kind: 'flatten' },
    { kind: 'dense', id: 'dense', units: 3 },
  ],
);

test('the table goes from the class to the input, with the composite’s rule at every node', () => {
  const rows = ruleRows(conv, 'epsilonPlusFlat', {});
  expect(rows.map(({ node, kind, rule }) => [node, kind, rule?.id])).toEqual([
    ['dense', 'dense', 'epsilon'],
    ['flatten1', 'flatten', 'gradient'],
    ['relu', 'activate', 'pass'],
    ['conv', 'conv2d', 'flat'],
  ]);
  expect(rows.map(({ detail }) => detail)[2]).toBe('relu');
  expect(rows.every(({ isChosen }) => !isChosen)).toBe(true);
});

test.for([...composites])('the table of $id says what the engine does, for every preset that fits images', ({ id }) => {
  for (const preset of [...presets].filter(({ fits }) => fits([28, 28, 1]))) {
    const net = network([28, 28, 1], preset.nodes([28, 28, 1], 10));
    const engine = rulesFor(net, compositeFrom(id));
    for (const { node, rule } of ruleRows(net, id, {})) expect(rule?.id).toBe(engine.get(node)!.id);
  }
});

test('a chosen rule takes the place of the composite’s, with its settings', () => {
  const choices = { conv: ruleSpec('gamma', { gamma: 2 }), dense: 'zPlus' };
  const [dense, , , first] = ruleRows(conv, { composite: 'epsilonPlus', eps: 0.5 }, choices);
  expect([dense!.rule?.id, dense!.isChosen]).toEqual(['zPlus', true]);
  expect(first!.rule?.options).toEqual({ gamma: 2, eps: 1e-6, zeroBias: false });
  expect(ownSettings(first!.rule!, ruleKinds.get('gamma'))).toEqual({ gamma: 2 });
  expect(ruleSpec('gamma', {})).toBe('gamma');
});

test('every rule offered for a node is one that fits it', () => {
  for (const { node, fitting } of ruleRows(conv, 'epsilonPlus', {})) {
    expect(fitting.length).toBeGreaterThan(0);
    for (const { id } of fitting)
      expect(() => rulesFor(conv, compositeFrom('epsilonPlus'), { [node]: id })).not.toThrow();
  }
});

/** A product of two channels: not homogeneous of degree one, so no rule is defined for it. */
const product = defineActivation({
  id: 'product',
  title: 'Product',
  arity: 2,
  formula: 'xy',
  source: 'none',
  scalar: ([x, y]) => x! * y!,
  apply: ([x, y]) => tf.mul(x!, y!),
});

test('a node without a rule, a rule that does not fit and a node of another net are told apart', () => {
  const words = { ...vocabulary, activations: vocabulary.activations.with(product) };
  const nodes = [
    { kind: 'dense', id: 'dense', units: 4 },
    { kind: 'activate', id: 'gate', fn: 'product' },
    { kind: 'dense', id: 'out', units: 2 },
  ];
  const gated = network([4], nodes, words);
  const choices = { out: 'pass', gone: 'epsilon', dense: { rule: 'gamma', gamma: -1 } };
  const seen = ruleRows(gated, 'epsilonPlus', choices).map(({ rule, misfit, problem }) => [rule, misfit, problem]);
  expect(seen).toEqual([
    [null, 'Unchanged', null],
    [null, null, null],
    [null, null, 'bad gamma in gamma: -1; use a number from 0 to 1000000'],
  ]);
  expect(strangersIn(gated, choices)).toEqual(['gone']);
});
