import type {
  AttributionData,
  MaxSensitivityData,
  OptimizedInput,
  ParameterRandomizationData,
  PixelFlippingData,
  Score,
} from '#src';
import { exampleClasses, exampleRelevance, exampleSamples, exampleShape, noise } from './exampleRecords.ts';

/** Answers of the workbench made from formulas: the same at every run, for drawings and tests only. */

const SIDE = 28;
const sample = exampleSamples[4]!;

/** A map that follows the ink of a 4, more or less; without signs it shows sizes. */
export function exampleAttribution({ seed = 3, signed = true } = {}): AttributionData {
  const random = noise(seed);
  const map = exampleRelevance().data.map.map((value) => {
    const moved = value + 0.01 * (random() - 0.5);
    return signed ? moved : Math.abs(moved);
  });
  return {
    attribution: 'epsilonPlusFlat',
    class: 4,
    score: 12.4,
    probability: 0.986,
    options: {},
    seed: 7,
    tier: 'wasm',
    height: SIDE,
    width: SIDE,
    map,
    perChannel: null,
    signed,
    sum: map.reduce((total, value) => total + value, 0),
    details: {},
  };
}

/** The same for a net that reads two numbers. */
export const flatAttribution: AttributionData = {
  ...exampleAttribution(),
  height: 1,
  width: 2,
  map: Float32Array.of(2.6, -1.3),
  sum: 1.3,
};

const score = (metric: string, result: Score['result']): Score => ({
  metric,
  method: { id: 'epsilonPlusFlat', options: {} },
  options: {},
  step: 1240,
  result,
});

/** Logits that fall from 12 to −1, late or early. */
const falling = (when: number) =>
  Float32Array.from({ length: 33 }, (_, i) => -1 + 13 / (1 + Math.exp((i - when) / 2.5)));
const curve = (when: number) => ({ logit: falling(when), probability: falling(when), area: when });

export function exampleFlipping(): PixelFlippingData {
  return {
    value: 9.3,
    pixelsPerStep: 25,
    map: { most: curve(3), least: curve(26), faithfulness: 9.3 },
    gradient: { most: curve(5), least: curve(23), faithfulness: 7.2 },
    random: { ...curve(13), areas: [5, 6] },
  };
}

export function exampleRandomization(): ParameterRandomizationData {
  const steps = ['dense', 'conv4', 'conv3', 'conv2', 'conv1'].map((at, i) => ({
    at,
    correlation: i === 2 ? null : 0.7 - 0.25 * i,
    sizeCorrelation: 0.4,
    map: exampleAttribution({ seed: i }).map,
  }));
  return { value: -0.3, steps };
}

const sensitivity: MaxSensitivityData = {
  value: 0.31,
  average: 0.22,
  changes: Float64Array.from({ length: 10 }, (_, i) => 0.13 + 0.02 * i),
};

export const exampleScores = {
  pixelFlipping: score('pixelFlipping', exampleFlipping()),
  parameterRandomization: score('parameterRandomization', exampleRandomization()),
  maxSensitivity: score('maxSensitivity', sensitivity),
  massAccuracy: score('massAccuracy', { value: 0.28, chance: 0.13 } as Score['result']),
  sparseness: score('sparseness', { value: 0.61 }),
  undefined: score('massAccuracy', { value: null, reason: 'no mask: nobody marked the pixels that decide this label' }),
};

/** A 4 that was turned towards a 9 in twenty steps. */
export function exampleOptimized(): OptimizedInput {
  const random = noise(29);
  const steps = 20;
  const change = sample.map(() => 0.1 * Math.sign(random() - 0.5));
  const at = (step: number) => sample.map((ink, i) => Math.max(0, Math.min(1, ink + (change[i]! * step) / steps)));
  const shown = Array.from({ length: 8 }, (_, i) => Math.round((i * steps) / 7));
  const logits = (best: number) => Float32Array.from(exampleClasses, (_, i) => (i === best ? 6 : i === 4 ? 4 : -1));
  return {
    method: 'pgd',
    target: { kind: 'label', class: 4 },
    options: {},
    seed: 7,
    tier: 'wasm',
    shape: exampleShape,
    before: sample,
    after: at(steps),
    trace: Float32Array.from({ length: steps + 1 }, (_, i) => 4.5 * (1 - Math.exp(-i / 5))),
    gradientSizes: new Float32Array(steps).fill(0.2),
    logitsBefore: logits(4),
    logitsAfter: logits(9),
    perturbation: { linf: 0.1, l2: 2.6 },
    frames: shown.map((step) => ({ step, shape: exampleShape, image: at(step) })),
  };
}
