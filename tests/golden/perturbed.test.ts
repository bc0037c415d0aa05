import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startEngine } from '#src';
import { ownFolder, readGolden } from '../support/golden.ts';
import type { JsonObject } from '../support/goldenJson.ts';
import { at, changed, failuresOf, firstOf, netOf, sectionsOfNet, type Path } from '../support/goldenPerturb.ts';

let tensorsBefore = 0;
beforeAll(async () => {
  await startEngine({ tier: 'wasm' });
  tensorsBefore = tf.memory().numTensors;
});
afterAll(() => expect(tf.memory().numTensors).toBe(tensorsBefore));

const NET = ['nets', 'mixed'];
const OPTIMISED = ['nets', 'plain', 'inputOptimisation'];
const GRADIENTS = [...NET, 'gradients'];
const SECOND = [...NET, 'secondInput', 'lrp', 'epsilonPlusFlat'];
const UNFOLDED = ['nets', 'batchNorm', 'lrpWithoutFolding', 'map'];
const CRP = ['nets', 'residual', 'crp'];
const GRAPH = ['nets', 'residual', 'attributionGraph'];
const REFERENCES = ['nets', 'plain', 'relMax'];
const all = (name: string) => () => readGolden(ownFolder, name);

const PERTURBED: readonly (readonly [file: string, source: () => JsonObject, paths: readonly Path[]])[] = [
  [
    'explainers.json',
    () => netOf('mixed'),
    [
      [...NET, 'logits', 'data', 1],
      [...NET, 'weights', 'c2/kernel', 'data', 100],
      [...NET, 'nodeChannelMeans', 'p1', 'data', 0],
      [...NET, 'rf', 'c4', 'height'],
      [...NET, 'lrp', 'rule:zplus', 'heatmap', 'data', 250],
      [...NET, 'lrp', 'epsilonPlusFlat', 'inputSum'],
      [...NET, 'gradients', 'betaSmooth(10)', 'heatmap', 'data', 100],
      [...SECOND, 'layerSum', 'c4'],
      [...NET, 'metrics', 'maps', 'epsilonGammaBox', 'pixelFlippingLeRF', 'logit', 9],
      [...NET, 'metrics', 'spearman', 'epsilonPlusFlat|gradientXInput'],
      [...NET, 'maxSensitivity', 'relativeFrobenius', 2],
    ],
  ],
  [
    'explainers.json',
    () => sectionsOfNet('mixed', ['nodes', 'weights', 'input', 'class', 'noise', 'gradients']),
    [
      [...GRADIENTS, 'gradientXInput', 'heatmap', 'data', 30],
      [...GRADIENTS, 'integratedGradients(right20,zeroBaseline)', 'sum'],
      [...GRADIENTS, 'smoothGrad(listedNoise,level0.1)', 'sigma'],
      [...GRADIENTS, 'smoothGradSq(listedNoise,level0.1)', 'heatmap', 'data', 100],
      [...GRADIENTS, 'occlusion(keepWindow4)', 'heatmap', 'data', 5],
      [...GRADIENTS, 'gradCam(a4)', 'upsampledHalfPixelBilinear', 'data', 70],
    ],
  ],
  [
    'explainers.json',
    () => sectionsOfNet('residual', ['nodes', 'weights', 'input', 'class', 'crp', 'attributionGraph']),
    [
      [...CRP, 'cases', 0, 'heatmap', 'data', 100],
      [...CRP, 'cases', 1, 'sum'],
      [...CRP, 'cases', 0, 'recorded', 'b1conv2', 'channelRelevance', 3],
      [...CRP, 'allChannels', 'heatmaps', 'data', 900],
      [...CRP, 'allChannels', 'channelRelevanceAbsNorm', 'data', 3],
      [...CRP, 'allChannels', 'order', 0],
      [...CRP, 'allChannels', 'sumOfConditionalMinusUnconditionalMaxAbs'],
      [...CRP, 'region', 'channelRelevance', 'data', 3],
      [...GRAPH, 'runs', 0, 'edges', 1, 'relevance'],
      [...GRAPH, 'runs', 2, 'nodes', 1, 1],
    ],
  ],
  [
    'explainers.json',
    () => sectionsOfNet('plain', ['nodes', 'weights', 'input', 'class', 'dataset', 'datasetShape', 'relMax']),
    [
      [...REFERENCES, 'runs', 0, 'layers', 'conv2', 'relevance', 'values', 3, 0],
      [...REFERENCES, 'runs', 1, 'layers', 'conv3', 'relevance', 'sampleIds', 0, 1],
      [...REFERENCES, 'runs', 2, 'layers', 'conv1', 'activation', 'neuron', 2, 0],
      [...REFERENCES, 'classStats', 'meanTop10Relevance', 1, 0],
    ],
  ],
  [
    'explainers.json',
    () => netOf('batchNorm'),
    [
      ['nets', 'batchNorm', 'foldedWeights', 'conv2/bias', 'data', 3],
      [...UNFOLDED, 'channelRelevance', 'conv2', 1],
    ],
  ],
  [
    'explainers.json',
    () => sectionsOfNet('plain', ['nodes', 'weights', 'input', 'inputOptimisation']),
    [
      [...OPTIMISED, 'fgsm', 'adversarial', 'data', 5],
      [...OPTIMISED, 'fgsmTargeted', 'targetLossAfter'],
      [...OPTIMISED, 'pgdLinf', 'loss', 3],
      [...OPTIMISED, 'pgdL2', 'logitsAfter', 'data', 2],
      [...OPTIMISED, 'activationMaximisation', 0, 'trace', 4],
      [...OPTIMISED, 'activationMaximisation', 1, 'image', 'data', 10],
      [...OPTIMISED, 'deepDream', 'trace', 8],
    ],
  ],
  [
    'explainers.json',
    () => firstOf('explainers.json', 'erf'),
    [
      ['erf', 0, 'signedMap', 'data', 60],
      ['erf', 0, 'signedMeasure', 'luoCount'],
      ['erf', 0, 'signedMeasure', 'centredSquare', '0.5', 'side'],
    ],
  ],
  [
    'activations.json',
    all('activations.json'),
    [
      ['elementwise', 'swish', 'cases', 1, 'dx', 3],
      ['elementwise', 'ada', 'cases', 0, 'dp', 'c', 10],
      ['pairwise', 'functions', 'andAIL', 'y', 40],
      ['gaussianMoments', 'functions', 'gelu', 'var'],
    ],
  ],
  [
    'init-and-training.json',
    all('init-and-training.json'),
    [
      ['batch_entropy', 0, 'batch_entropy'],
      ['neuron_strength', 0, 'out_variance_ddof0'],
      ['initialisers', 'moments', 1, 'lecun', 'uniform_limit'],
      ['initialisers', 'orthogonal', 0, 'weight', 2, 1],
    ],
  ],
];

const changes = PERTURBED.flatMap(([file, source, paths]) =>
  paths.map((path) => [path.join(' > '), file, source, path] as const),
);

test.for(changes)('changed by a hundredth, %s of %s fails', async ([, name, source, path]) => {
  const file = source();
  const value = at(file, path) as number;
  const other = Number.isInteger(value) ? value + 1 : value * 1.01 + 0.001 * Math.sign(value);
  expect(await failuresOf(changed(file, path, other), name)).not.toEqual([]);
});
