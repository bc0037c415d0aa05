import type {
  AblationAnswer,
  AttributionGraphRecord,
  ConceptAtlas,
  ConceptPlace,
  ConceptsData,
  ConceptsRecord,
  MeasurementRecord,
  PinnedConcept,
  ShownReference,
} from '#src';
import { exampleRelevance, exampleSamples, noise } from './exampleRecords.ts';

/** Records of concepts made from formulas, at the scale of a small trained net: for drawings and tests only. */

const SIDE = 28;
const AREA = SIDE * SIDE;

function record<Data>(instrument: string, data: Data): MeasurementRecord<Data> {
  return { instrument, options: {}, tier: 'wasm', seed: 7, network: 'example', step: 1240, data };
}

/** Relevance on the strokes of a digit, most around one point of it. */
function map(digit: number, seed: number, sign = 1): Float32Array {
  const random = noise(seed);
  const [y0, x0] = [SIDE * random(), SIDE * random()];
  return exampleSamples[digit]!.map((ink, i) => {
    const distance = Math.hypot(Math.floor(i / SIDE) - y0, (i % SIDE) - x0);
    return sign * (ink * (0.3 + random()) * Math.exp(-distance / 9) - 0.02 * random()) * 0.1;
  });
}

function stack(maps: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(maps.length * maps[0]!.length);
  maps.forEach((one, i) => all.set(one, i * one.length));
  return all;
}

export const exampleArguments = [0.4, 8, 0.1, -0.2, 0, 4.6, -4.7, 2, -1.7, 1.7, 1.6, 0.2, -0.1, 0, 1.3, 0.3];

export function exampleConcepts(change: Partial<ConceptsData> = {}): ConceptsRecord {
  const relevance = Float32Array.from(change.relevance ?? exampleArguments);
  const bySize = [...relevance.keys()].sort((a, b) => Math.abs(relevance[b]!) - Math.abs(relevance[a]!) || a - b);
  const shown = Uint32Array.from(bySize.slice(0, 8));
  return record('concepts', {
    at: 'relu3',
    class: 4,
    start: 12.4,
    usualStart: change.start ?? 12.4,
    probability: 0.986,
    composite: 'epsilonPlusFlat',
    height: SIDE,
    width: SIDE,
    order: Uint32Array.from(relevance.keys()).sort((a, b) => relevance[b]! - relevance[a]! || a - b),
    shown,
    maps: stack([...shown].map((channel) => map(4, 31 + channel, Math.sign(relevance[channel]!) || 1))),
    grid: [7, 7],
    neurons: stack([...shown].map((channel) => map(4, 61 + channel).subarray(0, 49))),
    bypassed: 0,
    parallel: [],
    conditions: {},
    region: null,
    ...change,
    relevance,
  });
}

export function exampleReferences(channel = 5, count = 5): ShownReference[] {
  return Array.from({ length: count }, (_, i) => ({
    sample: 10 * channel + i,
    label: (channel + i) % 10,
    value: 0.3 / (i + 1),
    neuron: 90,
    input: exampleSamples[(channel + i) % 10]!,
    map: map((channel + i) % 10, channel + i),
    crop: { top: 4, left: 6, height: 12, width: 12 },
    field: { top: -3, left: 8, height: 17, width: 17 },
  }));
}

const place = (at: string, channel: number): ConceptPlace => ({ at, channel });

/** Three levels below class 4, with crossing ways. */
export function exampleGraph(): AttributionGraphRecord {
  const start = place('dense', 4);
  const [a, b, c] = [place('relu4', 4), place('relu4', 12), place('relu4', 1)];
  const [d, e, f, g] = [place('relu3', 1), place('relu3', 6), place('relu3', 5), place('relu3', 10)];
  const [h, i, j, k] = [place('relu2', 11), place('relu2', 6), place('relu2', 9), place('relu2', 8)];
  const nodes = [start, a, b, c, d, e, f, g, h, i, j, k];
  const wire = (from: ConceptPlace, to: ConceptPlace, relevance: number) => ({ from, to, relevance });
  return record('attributionGraph', {
    class: 4,
    start,
    nodes,
    levels: [0, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3],
    edges: [
      wire(start, a, 17.1),
      wire(start, b, 9.6),
      wire(start, c, -3),
      wire(a, d, 5),
      wire(a, f, 4.1),
      wire(b, d, 3),
      wire(b, g, 1.6),
      wire(c, e, -1.4),
      wire(c, f, 0.5),
      wire(d, h, 1.9),
      wire(e, i, -2.9),
      wire(f, j, 2.8),
      wire(f, k, 1.1),
      wire(g, k, 0.9),
      wire(g, j, 0.1),
    ],
    height: SIDE,
    width: SIDE,
    maps: stack(nodes.map((_, n) => map(4, 60 + n, n === 3 || n === 5 || n === 9 ? -1 : 1))),
  });
}

/** Channel 5 of conv3 taken out: the answer changes from 4 to 2. */
export function exampleAblation(change: Partial<AblationAnswer['after']> = {}): AblationAnswer {
  const shares = (first: number, second: number) =>
    Float32Array.from({ length: 10 }, (_, i) => (i === 4 ? first : i === 2 ? second : (1 - first - second) / 8));
  const side = (answer: number, probabilities: Float32Array, accuracy: number | null) => ({
    logits: probabilities.map(Math.log),
    probabilities,
    answer,
    accuracy,
    map: exampleRelevance(),
  });
  return {
    step: 1240,
    plan: { relu3: { 5: 0 } },
    class: 4,
    before: side(4, shares(0.986, 0.002), 0.962),
    after: { ...side(2, shares(0.006, 0.81), 0.871), ...change },
  };
}

/** A grid of 4 × 4 cells in which channels 5 and 1 lead, and nobody leads in the corners. */
export function exampleAtlas(): ConceptAtlas {
  const cell = SIDE / 4;
  const leaders = [-1, 5, 5, -1, 1, 1, 5, 7, 1, 1, 5, 7, -1, 1, 7, -1];
  return {
    at: 'relu3',
    height: SIDE,
    width: SIDE,
    regions: Int32Array.from(
      { length: AREA },
      (_, i) => 4 * Math.floor(Math.floor(i / SIDE) / cell) + Math.floor((i % SIDE) / cell),
    ),
    channels: Int32Array.from(leaders),
    values: Float32Array.from(leaders, (channel, i) => (channel < 0 ? 0 : 0.1 * (1 + (i % 5)))),
  };
}

/** A channel that rises from the fourth place to the second while it is followed. */
export function examplePins(points = 12): PinnedConcept[] {
  return Array.from({ length: points }, (_, i) => ({
    at: 'relu3',
    channel: 5,
    sample: 412,
    class: 4,
    step: 40 + 100 * i,
    explained: 4,
    probability: 0.5 + i / 30,
    relevance: 1 + i / 3,
    share: 0.08 + 0.02 * i,
    rank: i < 5 ? 4 : 2,
    channels: 16,
    height: SIDE,
    width: SIDE,
    map: map(4, 80 + i),
    references: exampleReferences(i < 6 ? 3 : 5).map(({ sample, label, value, input }) => ({
      sample,
      label,
      value,
      input,
    })),
    referenceSamples: 64,
  }));
}
