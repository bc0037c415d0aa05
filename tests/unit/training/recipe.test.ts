import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  build,
  InputError,
  network,
  startEngine,
  startTraining,
  train,
  type NodeSpec,
  type TrainingRecipe,
  type TrainOptions,
} from '#src';
import { messageOf, messageOfAsync } from '../message.ts';
import { blobs } from './runs.ts';

let tensorsBefore = 0;
beforeAll(async () => {
  await startEngine({ tier: 'cpu' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

const rows = blobs([3]);

function refusal(
  recipe: TrainingRecipe,
  { nodes = [{ kind: 'dense', units: 2 }] as readonly NodeSpec[], input = [3] as readonly number[], data = rows } = {},
) {
  const model = build(network(input, nodes));
  const before = tf.memory().numTensors;
  const message = messageOf(() => startTraining(model, data, recipe).dispose());
  if (message !== 'nothing') expect(() => startTraining(model, data, recipe)).toThrow(InputError);
  expect(tf.memory().numTensors).toBe(before);
  model.dispose();
  return message;
}

const recipes: readonly (readonly [recipe: object, message: string])[] = [
  [{}, 'nothing'],
  [
    { lr: 1 },
    'unknown training option: "lr"; known: batchSize, optimizer, learningRate, schedule, weightDecay, loss, seed, steps',
  ],
  [{ batchSize: 0 }, 'bad batch size: 0; use a whole number from 1 to 20'],
  [{ batchSize: 21 }, 'bad batch size: 21; use a whole number from 1 to 20'],
  [{ batchSize: 2.5 }, 'bad batch size: 2.5; use a whole number from 1 to 20'],
  [{ learningRate: -1 }, 'bad learning rate: -1; use a number 0 or more'],
  [{ learningRate: NaN }, 'bad learning rate: NaN; use a number 0 or more'],
  [{ weightDecay: -0.1 }, 'bad weight decay: -0.1; use a number 0 or more'],
  [{ seed: -1 }, 'bad seed: -1; use a whole number from 0 to 9007199254740991'],
  [{ steps: 0 }, 'bad number of steps: 0; use a whole number from 1 to 1000000000'],
  [{ optimizer: 'adamax' }, 'unknown optimiser: "adamax"; known: sgd, momentum, nesterov, rmsprop, adam, adamw'],
  [{ optimizer: { id: 'adam', beta: 1 } }, 'unknown option in optimiser adam: "beta"; known: beta1, beta2, epsilon'],
  [
    { optimizer: { id: 'momentum', momentum: 1 } },
    'bad momentum in optimiser momentum: 1; use a number from 0 to 0.9999',
  ],
  [{ schedule: 'linear' }, 'unknown schedule: "linear"; known: constant, cosine, stepped, warmup'],
  [{ loss: 'hinge' }, 'unknown loss: "hinge"; known: softmaxCrossEntropy, mse, binaryCrossEntropy'],
];

test.for(recipes.map(([recipe, message]) => ({ text: JSON.stringify(recipe), recipe, message })))(
  'the recipe $text: $message',
  ({ recipe, message }) => expect(refusal(recipe)).toBe(message),
);

const paces: readonly (readonly [options: TrainOptions, message: string])[] = [
  [{ every: 0 }, 'bad pace of results: 0; use a whole number from 1 to 1000000000'],
  [{ every: 1.5 }, 'bad pace of results: 1.5; use a whole number from 1 to 1000000000'],
  [{ validate: { every: 0 } }, 'bad pace of validation: 0; use a whole number from 1 to 1000000000'],
  [{ epochs: -1 }, 'bad number of steps: -20; use a whole number from 1 to 1000000000'],
];

test.for(paces.map(([options, message]) => ({ text: JSON.stringify(options), options, message })))(
  'train refuses $text',
  async ({ options, message }) => {
    const model = build(network([3], [{ kind: 'dense', units: 2 }]));
    const run = () => train(model, rows, { batchSize: 1, ...options }).next();
    expect(await messageOfAsync(run)).toBe(message);
    model.dispose();
  },
);

test('data of another shape than the input are refused', () => {
  expect(refusal({}, { input: [4, 4, 1], nodes: [{ kind: 'globalAvgPool' }, { kind: 'dense', units: 2 }] })).toBe(
    'data do not fit the net: "Blobs" has samples of 3, the net reads 4 × 4 × 1; change the input of the net',
  );
});

const ends: readonly (readonly [
  nodes: readonly NodeSpec[],
  classes: number,
  recipe: TrainingRecipe,
  message: string,
])[] = [
  [
    [{ kind: 'dense', units: 4 }],
    3,
    {},
    `the net's output does not fit: 4 for 3 classes; end it with { "kind": "dense", "units": 3 }`,
  ],
  [
    [{ kind: 'dense', units: 1 }],
    2,
    { loss: 'softmaxCrossEntropy' },
    `the net's output does not fit: 1 for 2 classes; end it with { "kind": "dense", "units": 2 }`,
  ],
  [
    [{ kind: 'dense', units: 3 }],
    2,
    { loss: 'mse' },
    `the net's output does not fit: 3 for 2 classes; end it with { "kind": "dense", "units": 1 }`,
  ],
  [
    [{ kind: 'dense', units: 3 }],
    3,
    { loss: 'binaryCrossEntropy' },
    'binaryCrossEntropy needs two classes and one output: got 3 and 3; use softmaxCrossEntropy',
  ],
  [
    [{ kind: 'dense', units: 1 }],
    3,
    {},
    'binaryCrossEntropy needs two classes and one output: got 3 and 1; use softmaxCrossEntropy',
  ],
  [[{ kind: 'dense', units: 2 }], 2, { loss: 'mse' }, 'nothing'],
  [[{ kind: 'dense', units: 1 }], 2, { loss: 'mse' }, 'nothing'],
  [[{ kind: 'dense', units: 1 }], 2, {}, 'nothing'],
];

test.for(
  ends.map(([nodes, classes, recipe, message]) => ({
    text: JSON.stringify([nodes, recipe]),
    nodes,
    classes,
    recipe,
    message,
  })),
)('for $classes classes $text: $message', ({ nodes, classes, recipe, message }) =>
  expect(refusal(recipe, { nodes, data: blobs([3], { classes }) })).toBe(message),
);

test('an image as output is refused', () => {
  const options = { input: [4, 4, 1], nodes: [{ kind: 'conv2d', filters: 2 }], data: blobs([4, 4, 1]) };
  expect(refusal({}, options)).toBe(
    `the net's output does not fit: 4 × 4 × 2 for 2 classes; end it with { "kind": "dense", "units": 2 }`,
  );
});

test('one output is trained with binary cross-entropy, more with softmax cross-entropy', () => {
  const lossFor = (units: number) => {
    const model = build(network([3], [{ kind: 'dense', units }]));
    const trainer = startTraining(model, rows);
    trainer.dispose();
    model.dispose();
    return trainer.plan.loss.id;
  };
  expect([lossFor(1), lossFor(2)]).toEqual(['binaryCrossEntropy', 'softmaxCrossEntropy']);
});
