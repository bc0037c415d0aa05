import { expect, test } from 'vitest';
import { InputError, network, type NodeSpec } from '#src';
import { messageOf } from '../message.ts';

type Case = readonly [what: string, input: readonly number[], nodes: readonly NodeSpec[], message: string];

const functions = 'relu, leakyRelu, prelu, elu, selu, gelu, swish, tanh, sigmoid, softplus, ada, andAIL';
const image = [4, 4, 2];

const cases: readonly Case[] = [
  [
    'an unknown option',
    [2],
    [{ kind: 'dense', unit: 3 }],
    'unknown option in dense "dense1": "unit"; known: units, bias',
  ],
  [
    'an option of a kind without any',
    [2],
    [{ kind: 'flatten', to: 3 }],
    'unknown option in flatten "flatten1": "to"; known: none',
  ],
  [
    'a fraction of a unit',
    [2],
    [{ kind: 'dense', units: 1.5 }],
    'bad units in dense "dense1": 1.5; use a whole number from 1 to 65536',
  ],
  [
    'a number as text',
    [2],
    [{ kind: 'dense', units: '3' }],
    'bad units in dense "dense1": "3"; use a whole number from 1 to 65536',
  ],
  [
    'no units',
    [2],
    [{ kind: 'dense', units: 0 }],
    'bad units in dense "dense1": 0; use a whole number from 1 to 65536',
  ],
  ['NaN', [2], [{ kind: 'dropout', rate: NaN }], 'bad rate in dropout "dropout1": NaN; use a number from 0 to 0.99'],
  [
    'a rate of 1',
    [2],
    [{ kind: 'dropout', rate: 1 }],
    'bad rate in dropout "dropout1": 1; use a number from 0 to 0.99',
  ],
  ['a flag as a number', [2], [{ kind: 'dense', bias: 1 }], 'bad bias in dense "dense1": 1; use true or false'],
  [
    'a choice that is none',
    [2],
    [{ kind: 'activate', fn: 'prelu', parameters: 'each' }],
    'bad parameters in activate "activate1": "each"; use "shared" or "channel"',
  ],
  ['an empty name', [2], [{ kind: 'activate', fn: '' }], 'bad fn in activate "activate1": ""; use a name in quotes'],
  [
    'settings as a list',
    [2],
    [{ kind: 'activate', start: [1] }],
    'bad start in activate "activate1": [1]; use an object of settings',
  ],
  [
    'a stride of 0',
    image,
    [{ kind: 'conv2d', stride: 0, id: 'c' }],
    'bad stride in conv2d "c": 0; use a whole number from 1 to 128, or two of them as [vertical, horizontal]',
  ],
  [
    'three sizes',
    image,
    [{ kind: 'conv2d', size: [1, 2, 3] }],
    'bad size in conv2d "conv2d1": [1,2,3]; use a whole number from 1 to 128, or two of them as [vertical, horizontal]',
  ],
  [
    'a padding of two numbers',
    image,
    [{ kind: 'conv2d', padding: [1, 1] }],
    'bad padding in conv2d "conv2d1": [1,1]; use "same", "valid", one whole number, or four as [top, bottom, left, right]',
  ],
  [
    'a negative padding',
    image,
    [{ kind: 'conv2d', padding: -1 }],
    'bad padding in conv2d "conv2d1": -1; use "same", "valid", one whole number, or four as [top, bottom, left, right]',
  ],
  [
    'an unknown activation',
    [2],
    [{ kind: 'activate', fn: 'relux' }],
    `activate "activate1": unknown activation: "relux"; known: ${functions}`,
  ],
  [
    'an unknown shape parameter',
    [2],
    [{ kind: 'activate', fn: 'prelu', start: { beta: 1 } }],
    'activate "activate1": unknown shape parameter of prelu: "beta"; known: alpha',
  ],
  [
    'a parameter of a function without any',
    [2],
    [{ kind: 'activate', fn: 'relu', start: { alpha: 1 } }],
    'activate "activate1": unknown shape parameter of relu: "alpha"; known: none',
  ],
  [
    'a start that is no number',
    [2],
    [{ kind: 'activate', fn: 'prelu', start: { alpha: '1' } }],
    'activate "activate1": bad start of alpha in prelu: "1"; use a number',
  ],
  [
    'a gate on an odd number of channels',
    [3],
    [{ kind: 'activate', fn: 'andAIL' }],
    'activate "activate1": andAIL joins 2 channels into one: 3 has 3; use a multiple of 2',
  ],
];

test.for(cases)('refused: %s', ([, input, nodes, message]) => {
  expect(messageOf(() => network(input, nodes))).toBe(message);
  expect(() => network(input, nodes)).toThrow(InputError);
});
