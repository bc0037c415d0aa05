import type {
  MeasurementRecord,
  NetworkSnapshot,
  ReceptiveFieldRecord,
  RelevanceRecord,
  SelectedEdges,
  Selection,
  Stage,
  StrengthRecord,
} from '#src';
import type { FlowHistory } from './drawingParts.ts';
import { drawDigit } from './drawDigit.ts';

/** Records made from formulas at the scale of a small trained net: the same at every run, for drawings and tests only. */

const SIDE = 28;

/** Seeded noise, so that nothing here depends on the engine. */
export function noise(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function record<Data>(instrument: string, data: Data): MeasurementRecord<Data> {
  return { instrument, options: {}, tier: 'wasm', seed: 7, network: 'example', step: 1240, data };
}

export const exampleStages: readonly Stage[] = [
  { id: 'conv1', output: 'relu1', from: ['input'], kind: 'conv2d', shape: [28, 28, 8], detail: '5 × 5' },
  { id: 'conv2', output: 'relu2', from: ['conv1'], kind: 'conv2d', shape: [14, 14, 12], detail: '5 × 5, stride 2' },
  { id: 'conv3', output: 'relu3', from: ['conv2'], kind: 'conv2d', shape: [14, 14, 16], detail: '5 × 5' },
  { id: 'conv4', output: 'relu4', from: ['conv3'], kind: 'conv2d', shape: [7, 7, 16], detail: '3 × 3, stride 2' },
  { id: 'dense', output: 'dense', from: ['conv4'], kind: 'dense', shape: [10], detail: 'to classes' },
];

export const exampleShape = [SIDE, SIDE, 1] as const;
export const exampleClasses: readonly string[] = [...'0123456789'];
export const exampleSamples: readonly Float32Array[] = exampleClasses.map((_, digit) => drawDigit(digit, SIDE));

export const exampleSelection: Selection = { stage: 'conv3', channel: 5, position: null, sample: 412, class: null };

/** Answers of a stage: the input seen through oriented filters of its own size, rectified. */
function answers(
  input: Float32Array,
  [height = 1, width = 1, channels = 1]: readonly number[],
  seed: number,
): Float32Array {
  const random = noise(seed);
  const out = new Float32Array(height * width * channels);
  const stride = SIDE / height;
  for (let c = 0; c < channels; c++) {
    const angle = random() * Math.PI * 2;
    const [shiftX, shiftY] = [(random() - 0.5) * 4 * stride, (random() - 0.5) * 4 * stride];
    const reach = 1 + 1.6 * stride * (0.5 + random());
    const bias = random() < 0.12 ? 0.9 : 0.25 * random() - 0.08;
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const at = (dx: number, dy: number) => {
          const px = Math.round(x * stride + shiftX + dx);
          const py = Math.round(y * stride + shiftY + dy);
          return px < 0 || py < 0 || px >= SIDE || py >= SIDE ? 0 : input[py * SIDE + px]!;
        };
        const along = at(reach * Math.cos(angle), reach * Math.sin(angle));
        const across = at(-reach * Math.sin(angle), reach * Math.cos(angle));
        out[(y * width + x) * channels + c] = Math.max(0, 0.8 * at(0, 0) + 0.7 * along - 0.5 * across - bias);
      }
  }
  return out;
}

/** What the example net answers to a digit; `step` moves it a little, for redraws. */
export function exampleSnapshot(digit = 4, step = 1240): NetworkSnapshot {
  const input = exampleSamples[digit]!;
  const logits = Float32Array.from(exampleClasses, (_, i) =>
    i === digit ? 12.4 : 8 * Math.exp(-Math.abs(i - 7) / 2) - 2,
  );
  const exps = logits.map((logit) => Math.exp((logit - 12.4) / 1.5));
  const total = exps.reduce((a, b) => a + b, 0);
  return {
    step,
    sample: { index: 412, label: digit, input },
    outputs: exampleStages.map(({ shape }, i) => (shape.length === 3 ? answers(input, shape, 11 + i + step) : logits)),
    logits,
    probabilities: exps.map((value) => value / total),
  };
}

export function exampleField({ side = 17, spread = 4.2, step = 1240 } = {}): ReceptiveFieldRecord {
  const random = noise(3 + step);
  const left = 5;
  const top = 5;
  const centre = left + (side - 1) / 2;
  const values = new Float32Array(SIDE * SIDE);
  for (let y = top; y < top + side; y++)
    for (let x = left; x < left + side; x++)
      values[y * SIDE + x] =
        (0.3 + random()) * Math.exp(-((x - centre) ** 2 + (y - centre) ** 2) / (2 * spread * spread)) * 0.02;
  const total = values.reduce((a, b) => a + b, 0);
  const profile = Float32Array.from({ length: SIDE }, (_, x) => {
    let sum = 0;
    for (let y = 0; y < SIDE; y++) sum += values[y * SIDE + x]! / total;
    return sum;
  });
  const square = (s: number) => ({ top: centre - (s - 1) / 2, left: centre - (s - 1) / 2, height: s, width: s });
  return record('erf', {
    at: 'relu3',
    channel: 5,
    unit: [7, 7] as const,
    mode: 'abs' as const,
    samples: 64,
    height: SIDE,
    width: SIDE,
    values,
    theoretical: { top, left, height: side, width: side },
    inputsAligned: true,
    clipped: false,
    mean: [centre, centre] as const,
    centre: [centre, centre] as const,
    luo: { count: 220, size: 14.8, ratio: 0.87, sizeRelativeToMax: 14.2 },
    sigma: [spread, spread] as const,
    squares: [{ share: 0.5, side: 9, areaRatio: 81 / 784 }],
    squaresLog: [{ share: 0.5, side: 9, areaRatio: 81 / 784 }],
    half: square(9),
    profile,
  });
}

export function exampleStrength(): StrengthRecord {
  const random = noise(21);
  const bell = (scale: number) => scale * (random() + random() + random() - 1.5);
  const scales = [2.4, 9, 5, 4, 6];
  const layers = exampleStages.map(({ id, output, shape }, i) => {
    const incoming = Float32Array.from({ length: shape.at(-1)! }, () => bell(2 * scales[i]!) + 1);
    const outgoing = id === 'dense' ? null : Float32Array.from({ length: shape.at(-1)! }, () => bell(6));
    return { at: output, stage: id, incoming, outgoing, inVariance: 4, outVariance: 3, variance: 3.5 };
  });
  layers[2]!.incoming.set([-13.9, 3.1, 2.4, -11.9, 3.3, -0.9]);
  return record('strength', { layers });
}

export function exampleRelevance(): RelevanceRecord {
  const random = noise(5);
  const sample = exampleSamples[4]!;
  const map = sample.map((ink, i) => {
    const nearby = Math.max(ink, sample[i - 1] ?? 0, sample[i + 1] ?? 0, sample[i - SIDE] ?? 0, sample[i + SIDE] ?? 0);
    return (
      nearby * (0.02 + 0.05 * random()) * (i % SIDE > 8 ? 1 : 0.4) - (1 - nearby) * 0.004 * random() * (i > 400 ? 1 : 0)
    );
  });
  const layers = exampleStages.map(({ id, output, shape }) => {
    const channels = Float32Array.from({ length: shape.at(-1)! }, () => (random() - 0.3) * 1.6);
    if (id === 'conv3') channels[5] = 4.6;
    const order = Uint32Array.from(channels.keys()).sort((a, b) => channels[b]! - channels[a]!);
    return { at: output, stage: id, sum: 12.2, channels, order, parallel: [] };
  });
  return record('relevance', {
    class: 4,
    start: 12.4,
    probability: 0.986,
    composite: 'epsilonGammaBox',
    height: SIDE,
    width: SIDE,
    map,
    layers: layers.reverse(),
    reached: 12.03,
    absorbedByBias: 0.32,
    absorbedByStabilizer: 0.05,
    lost: 0,
    notFolded: [],
    rules: [],
    sums: [],
  });
}

/** Entropy that grows from nothing and levels off, the later the deeper the layer. */
export function exampleFlow(points = 62): FlowHistory {
  const random = noise(9);
  const steps = Array.from({ length: points }, (_, i) => 1 + 20 * i);
  const ends = [0.22, 0.94, 1.75, 2.46];
  return {
    steps,
    layers: ends.map((end, i) => ({
      stage: `conv${i + 1}`,
      values: steps.map((step) => end * (1 - 0.97 * Math.exp(-step / (120 + 60 * i))) * (1 + 0.02 * (random() - 0.5))),
    })),
  };
}

/** Summed kernel taps between the selected channel and its neighbours. */
export function exampleEdges(): SelectedEdges {
  const random = noise(13);
  const weights = (count: number) => Float32Array.from({ length: count }, () => (random() + random() - 0.9) * 2);
  return {
    stage: 'conv3',
    channel: 5,
    incoming: [{ stage: 'conv2', weights: weights(12) }],
    outgoing: [{ stage: 'conv4', weights: weights(16) }],
  };
}

export function exampleLoss(steps = 1240): Float32Array {
  const random = noise(17);
  return Float32Array.from({ length: steps }, (_, i) => {
    const mean = 0.11 + 2.2 / (1 + (i / 190) ** 2.1);
    return mean * Math.exp((random() + random() - 1) * Math.min(1.6, 0.1 + i / 500));
  });
}

export function exampleAccuracy(steps = 1240) {
  const random = noise(19);
  return Array.from({ length: Math.floor(steps / 20) + 1 }, (_, i) => ({
    step: 20 * i,
    value: Math.min(0.985, 0.96 - 0.86 * Math.exp(-i / 14) + 0.05 * (random() - 0.5)),
  }));
}

/** Two interleaving half circles: data of two numbers. */
export const examplePoints: readonly Float32Array[] = (() => {
  const random = noise(23);
  return Array.from({ length: 80 }, (_, i) => {
    const angle = Math.PI * random();
    const jitter = () => 0.1 * (random() - 0.5);
    return i % 2
      ? Float32Array.of(1 - Math.cos(angle) + jitter(), 0.5 - Math.sin(angle) + jitter())
      : Float32Array.of(Math.cos(angle) + jitter(), Math.sin(angle) + jitter());
  });
})();
