import { expect, test } from 'vitest';
import type { AttributionData, OptimizedInput, Scored, Unscored } from '#src';
import { exampleRelevance } from '../../support/exampleRecords.ts';
import { text } from '../../support/drawingParts.ts';

const { sentence } = text;
// The interface joins a number and its unit by a no-break space; the tests write it as a plain one.
const plain = (marked: string) => marked.replaceAll('\u00a0', ' ');

const others = [
  { title: 'Gradient', value: 0.4 },
  { title: 'Occlusion', value: -0.27 },
  { title: 'LRP', value: 0.981 },
];

test('the gallery is read by the method that agrees most and the one that agrees least', () => {
  expect(sentence.maps('ε', '4', others)).toBe(
    '4 ways to ask what speaks for 4 here. **ε** agrees most with LRP (0.98) and least with **Occlusion** (−0.27).',
  );
  expect(sentence.maps('ε', '4', others.slice(0, 1))).toBe(
    '2 ways to ask what speaks for 4 here. **ε** agrees most with Gradient (0.40).',
  );
});

test('maps whose agreement is not known are counted and no more', () => {
  expect(sentence.maps('ε', '4', [])).toBe('1 way to ask what speaks for 4 here.');
  expect(sentence.maps('ε', '4', [{ title: 'Grad-CAM', value: null }])).toBe('2 ways to ask what speaks for 4 here.');
});

const attribution: AttributionData = {
  attribution: 'gradient',
  class: 4,
  score: 12.36,
  probability: 0.98,
  options: {},
  seed: 7,
  tier: 'wasm',
  height: 2,
  width: 2,
  map: new Float32Array(4),
  perChannel: null,
  signed: true,
  sum: 11.98,
  details: {},
};
const sum = (change: Partial<AttributionData>) => plain(sentence.sum({ ...attribution, ...change }, '4'));

test('a map is read by what it adds up to, beside the logit', () => {
  expect(sum({})).toBe('It adds up to **+12.0**; the logit of 4 is +12.4.');
  expect(sum({ sum: 0.0071, score: -0.0352 })).toBe('It adds up to **+0.0071**; the logit of 4 is −0.035.');
  expect(sum({ signed: false })).toBe('It shows sizes without signs; the logit of 4 is +12.4.');
});

test('integrated gradients name the gap of completeness', () => {
  expect(sum({ details: { difference: 12.1, completenessGap: -0.12 } })).toBe(
    'It adds up to **+12.0**; from a blank input to this one the logit changes by +12.1. The gap, **0.12 too little**, is what its steps missed on the way.',
  );
  expect(sum({ details: { difference: 12.1, completenessGap: 0.5 } })).toContain('**0.50 too much**');
});

test('what a method noted on the way is told', () => {
  expect(sum({ details: { node: 'relu4', height: 7, width: 7 } })).toBe(
    'It adds up to **+12.0**; the logit of 4 is +12.4. It is taken at relu4, on 7 × 7 positions.',
  );
  expect(sum({ details: { rows: 13, columns: 13 } })).toContain(' It tried 169 windows.');
  expect(sum({ details: { sigma: 0.1 } })).toContain(' The noise has a standard deviation of 0.10.');
});

test('rules of single nodes are read by what reaches the pixels instead', () => {
  const before = exampleRelevance();
  const after = { ...before, data: { ...before.data, reached: 11.16 } };
  expect(plain(sentence.rules(before, null, [], null))).toBe(
    '**97 %** of the evidence reaches the pixels by these rules.',
  );
  expect(plain(sentence.rules(before, after, ['conv1'], 0.934))).toBe(
    'With your rules at conv1, **90 %** of the evidence reaches the pixels instead of 97 %; the two maps agree to **0.93**.',
  );
  expect(plain(sentence.rules(before, after, ['a', 'b', 'c'], null))).toBe(
    'With your rules at a, b and c, **90 %** of the evidence reaches the pixels instead of 97 %.',
  );
  expect(plain(sentence.rules(before, after, ['a', 'b', 'c', 'd'], null))).toContain('With your rules at 4 nodes,');
});

test('of a negative logit the sum is given and no share', () => {
  const before = exampleRelevance();
  const negative = { ...before, data: { ...before.data, start: -2, reached: -1.5, height: 1 } };
  expect(sentence.rules(negative, null, [], null)).toBe(
    '**−1.5** of the logit −2.0 reaches the inputs by these rules.',
  );
});

const score = (metric: string, result: Scored | Unscored) => plain(sentence.score(metric, result));
const as = (result: object) => result as Scored;

test('a measure that is not defined says why, and never 0', () => {
  expect(score('sparseness', { value: null, reason: 'empty map: the relevance is 0 everywhere' })).toBe(
    '**Not defined here**: empty map: the relevance is 0 everywhere.',
  );
});

test('measures against a mask are read beside chance', () => {
  expect(score('massAccuracy', as({ value: 0.284, signed: 0.1, chance: 0.13 }))).toBe(
    '**28 % of the positive relevance** lies on the marked pixels; an even map would have 13 % there.',
  );
  expect(score('rankAccuracy', as({ value: 0.7, pixels: 1300, chance: 0.13 }))).toBe(
    '**70 %** of the 1,300 largest pixels are marked; by chance 13 % would be.',
  );
  expect(score('pointingGame', as({ value: 1, tied: 1, chance: 0.13 }))).toBe(
    'The largest pixel **lies in the marked part**; a random pixel hits it 13 % of the time.',
  );
  expect(score('pointingGame', as({ value: 0, tied: 3, chance: 0.13 }))).toBe(
    'Each of 3 equally large pixels **misses the marked part**; a random pixel hits it 13 % of the time.',
  );
  expect(score('pointingGame', as({ value: 1, tied: 3, chance: 0.13 }))).toContain(
    'One of 3 equally large pixels **lies in the marked part**',
  );
});

test('pixel flipping is read beside the order of the gradient', () => {
  const map = { faithfulness: 12.61 };
  expect(score('pixelFlipping', as({ value: 12.61, map, gradient: { faithfulness: -2 } }))).toBe(
    'On the way to a blank input the logit is **12.6 lower on average** when the pixels the map calls most relevant go first than when the least relevant do. Ordered by the gradient it is 2.0 higher.',
  );
  expect(score('pixelFlipping', as({ value: -1, map: { faithfulness: -1 }, gradient: null }))).toBe(
    'On the way to a blank input the logit is **1.0 higher on average** when the pixels the map calls most relevant go first than when the least relevant do.',
  );
});

test('a measure that removes pixels says what it puts in their place', () => {
  const completeness = as({ value: -0.09, sum: 15.3, logit: 15.2, baselineLogit: -1.6 });
  expect(sentence.score('completeness', completeness, { baseline: 'blur' })).toContain(
    'from a blurred input to this one',
  );
  expect(sentence.score('completeness', completeness, { baseline: 'zero' })).toContain(
    'from a blank input to this one',
  );
  const flipping = as({ value: 1, map: { faithfulness: 1 }, gradient: null });
  expect(sentence.score('pixelFlipping', flipping, { baseline: 'mean' })).toMatch(/^On the way to an even input the /);
});

test('sensitivity, sparseness and completeness are read with their numbers', () => {
  expect(score('maxSensitivity', as({ value: 0.64, average: 0.48, changes: new Float64Array(10) }))).toBe(
    'In 10 inputs a little beside this one the map changes by **up to 64 %** of its size, by 48 % on average.',
  );
  expect(score('sparseness', { value: 0.591 })).toBe(
    '**0.59** between 0, all pixels alike, and 1, one pixel holds everything.',
  );
  expect(score('completeness', as({ value: -0.09, sum: 15.3, logit: 15.2, baselineLogit: -1.6 }))).toBe(
    'The map adds up to +15.3; from a blank input to this one the logit changes by +16.8: **9 % too little**.',
  );
  expect(score('completeness', as({ value: 0.001, sum: 16.8, logit: 15.2, baselineLogit: -1.6 }))).toContain(
    '**it adds up**',
  );
  expect(score('another', { value: 0.5 })).toBe('**0.50**.');
});

test('randomisation names the layer where most is lost', () => {
  const steps = [
    { at: 'dense', correlation: 0.8 },
    { at: 'conv2', correlation: 0.1 },
    { at: 'conv1', correlation: -0.08 },
  ];
  expect(score('parameterRandomization', as({ value: -0.08, steps }))).toBe(
    'With fresh weights in every layer the rank correlation with the map as trained is **−0.08**; most is lost at conv2.',
  );
  expect(score('parameterRandomization', as({ value: 0.9, steps: [{ at: 'dense', correlation: 0.9 }] }))).toBe(
    'With fresh weights in every layer the rank correlation with the map as trained is **0.90**.',
  );
});

const optimized: OptimizedInput = {
  method: 'fgsm',
  target: { kind: 'label', class: 4 },
  options: {},
  seed: 7,
  tier: 'wasm',
  shape: [2, 2, 1],
  before: new Float32Array(4),
  after: new Float32Array(4),
  trace: Float32Array.of(0.1, 2.4),
  gradientSizes: Float32Array.of(0.3),
  logitsBefore: new Float32Array(2),
  logitsAfter: new Float32Array(2),
  perturbation: { linf: 0.03, l2: 0.5 },
  frames: [],
};
const names = ['cat', 'dog'];
const inputs = (change: Partial<OptimizedInput>, before: number[], after: number[]) =>
  plain(sentence.inputs({ ...optimized, ...change }, { before, after }, (i) => names[i]!));

test('an attack is read by what it turns the answer into', () => {
  expect(inputs({}, [0.9, 0.1], [0.12, 0.88])).toBe(
    'A change of at most **0.030 per pixel** turns the cat into a **dog**, with 88 %.',
  );
  expect(inputs({}, [0.99, 0.01], [0.61, 0.39])).toBe(
    'A change of at most **0.030 per pixel** does not turn the answer: it is still **cat**, with 61.0 % instead of 99.0 %.',
  );
  expect(inputs({ shape: [4] }, [1, 0], [1, 0])).toBe(
    'A change of at most **0.030 per number** does not turn the answer: it is still **cat**, with 100.0 % as before.',
  );
});

test('a climb is read by the number climbed, and the answer to the result', () => {
  const trace = Float32Array.of(-1.2, 5, 34);
  const gradientSizes = Float32Array.of(1, 1);
  const climbed = (target: OptimizedInput['target']) =>
    inputs({ target, trace, gradientSizes }, [0.9, 0.1], [0.3, 0.7]);
  expect(climbed({ kind: 'logit', class: 1 })).toBe(
    '2 steps raise the logit of dog from −1.2 to **+34.0**. The net answers **dog**, with 70 %; before it answered cat.',
  );
  expect(climbed({ kind: 'channel', node: 'conv3', channel: 5 })).toContain('raise the mean of conv3, channel 5, from');
  expect(climbed({ kind: 'node', node: 'conv3' })).toContain('raise what conv3 answers (half its mean square) from');
  expect(inputs({ target: { kind: 'logit', class: 0 }, trace: Float32Array.of(2, 1) }, [0.9, 0.1], [0.7, 0.3])).toBe(
    '1 step lower the logit of cat from +2.0 to **+1.0**. The net still answers **cat**, with 70 %.',
  );
});

test('where no gradient arrives, nothing moved and the sentence says so', () => {
  const still = { gradientSizes: new Float32Array(3), perturbation: { linf: 0, l2: 0 } };
  expect(inputs(still, [0.9, 0.1], [0.9, 0.1])).toBe(
    '**Nothing moved: the gradient is zero.** From this start no small step changes the number.',
  );
});
