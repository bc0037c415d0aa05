import { expect, test } from 'vitest';
import { network, networkFromJSON, presets, stages } from '#src';

const sources = (nodes: Parameters<typeof network>[1], input: readonly number[] = [8, 8, 3]) =>
  Object.fromEntries(stages(network(input, nodes)).map(({ id, from }) => [id, from]));

test('a stage reads the stages whose channels reach it, through pooling, additions and concatenations', () => {
  const nodes = [
    { kind: 'conv2d', id: 'a', filters: 4 },
    { kind: 'activate', id: 'a1' },
    { kind: 'conv2d', id: 'b', filters: 4 },
    { kind: 'add', id: 'sum', from: ['a1', 'b'] },
    { kind: 'maxPool', id: 'pool' },
    { kind: 'conv2d', id: 'c', filters: 2 },
    { kind: 'avgPool', id: 'small', from: 'input' },
    { kind: 'concat', id: 'both', from: ['c', 'small'] },
    { kind: 'flatten', id: 'flat' },
    { kind: 'dense', id: 'd', units: 2 },
  ];
  expect(sources(nodes)).toEqual({ a: ['input'], b: ['a'], c: ['a', 'b'], d: ['input', 'c'] });
});

test('in the residual preset every block also reads what passes it by', () => {
  const net = networkFromJSON({ input: [28, 28, 1], nodes: presets.get('residual').nodes([28, 28, 1], 10) });
  expect(Object.fromEntries(stages(net).map(({ id, from }) => [id, from]))).toMatchObject({
    stem: ['input'],
    block1a: ['stem'],
    block2a: ['stem', 'block1b'],
    conv: ['stem', 'block1b', 'block2b'],
  });
});

test('a stage ends with its activation, and before it where two nodes read the sum', () => {
  const nodes = [
    { kind: 'dense', id: 'a', units: 4 },
    { kind: 'activate', id: 'bent', fn: 'tanh' },
    { kind: 'dense', id: 'b', units: 4 },
    { kind: 'activate', id: 'one', fn: 'tanh' },
    { kind: 'activate', id: 'two', from: 'b', fn: 'relu' },
    { kind: 'add', from: ['one', 'two'] },
    { kind: 'dense', id: 'c', units: 2 },
  ];
  const ends = stages(network([3], nodes)).map(({ id, output }) => [id, output]);
  expect(ends).toEqual([
    ['a', 'bent'],
    ['b', 'b'],
    ['c', 'c'],
  ]);
});
