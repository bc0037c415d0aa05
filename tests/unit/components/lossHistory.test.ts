import { expect, test } from 'vitest';
import { random } from '#src';
import {
  appendPoints,
  firstBroken,
  LossHistory,
  lossPoints,
  lossSeries,
  smooth,
  type LossSeries,
} from '../../support/drawingParts.ts';

/** Bins that a history may have at most; as many steps are kept one by one. */
const BINS = 2048;
/** Means of means against one long sum, both in float64. */
const TOLERANCE = 1e-12;

const losses = (count: number, seed = 1) => {
  const dice = random(seed, 'losses');
  return Float32Array.from({ length: count }, (_, i) => (0.1 + dice.uniform()) / (1 + i / 500));
};

/** The same bins from all losses at once. */
function binned(all: Float32Array, stride: number): LossSeries {
  const bins = Array.from({ length: Math.ceil(all.length / stride) }, (_, bin) => [
    ...all.subarray(bin * stride, (bin + 1) * stride),
  ]);
  return {
    stride,
    steps: all.length,
    mean: Float64Array.from(bins, (bin) => bin.reduce((sum, loss) => sum + loss, 0) / bin.length),
    least: Float64Array.from(bins, (bin) => Math.min(...bin)),
    most: Float64Array.from(bins, (bin) => Math.max(...bin)),
  };
}

test.for([
  [0, 1],
  [1, 1],
  [1999, 1],
  [BINS, 1],
  [BINS + 1, 2],
  [2 * BINS, 2],
  [2 * BINS + 1, 4],
  [100_003, 64],
] as const)('the bins of %i losses, %i steps each, are those of all losses at once', ([count, stride]) => {
  const all = losses(count);
  const history = new LossHistory();
  // Frames of many sizes, empty ones too.
  for (let from = 0, size = 0; from < count; from += size, size = (size + 7) % 1600)
    history.append(all.subarray(from, from + size));
  const { mean, ...found } = history.series;
  const { mean: wanted, ...expected } = binned(all, stride);
  expect(found).toEqual(expected);
  expect(mean).toHaveLength(wanted.length);
  mean.forEach((value, bin) => expect(Math.abs(value - wanted[bin]!)).toBeLessThan(TOLERANCE));
});

test('a million steps take no more bins than a few thousand', () => {
  const history = new LossHistory();
  const frame = losses(1600);
  for (let i = 0; i < 625; i++) history.append(frame);
  const { steps, stride, mean } = history.series;
  expect({ steps, stride }).toEqual({ steps: 1e6, stride: 512 });
  expect(mean).toHaveLength(Math.ceil(1e6 / 512));
});

test('a series is data of its own: what is appended later does not change it', () => {
  const history = new LossHistory();
  history.append([3, 2]);
  const { series } = history;
  history.append([1]);
  history.clear();
  history.append([9]);
  expect([...series.mean]).toEqual([3, 2]);
  expect(history.series).toEqual(lossSeries([9]));
});

test('a run put back to an earlier step goes on from there, exactly where each step has its bin', () => {
  const all = losses(1500);
  const history = new LossHistory();
  history.append(all);
  history.cut(700);
  expect(history.series).toEqual(lossSeries(all.subarray(0, 700)));
  history.append(all.subarray(700));
  expect(history.series).toEqual(lossSeries(all));
  history.cut(9999);
  expect(history.series.steps).toBe(1500);
});

test('a cut inside a bin keeps what the bin held, and later losses fall into the right bins', () => {
  const all = losses(10_000);
  const history = new LossHistory();
  history.append(all);
  const before = history.series;
  expect(before.stride).toBe(8);
  history.cut(4003);
  const cut = history.series;
  expect({ steps: cut.steps, bins: cut.mean.length }).toEqual({ steps: 4003, bins: 501 });
  expect([...cut.mean]).toEqual([...before.mean.slice(0, 501)]);
  history.append(all.subarray(4003));
  const again = history.series;
  expect(again.steps).toBe(10_000);
  // The bin that was cut counts three of its losses as its old mean.
  const five = all.subarray(4003, 4008).reduce((sum, loss) => sum + loss, 0);
  expect(again.mean[500]).toBeCloseTo((3 * before.mean[500]! + five) / 8, 12);
  const others = ({ mean }: LossSeries) => Float64Array.from([...mean].toSpliced(500, 1));
  const wanted = others(before);
  others(again).forEach((value, bin) => expect(Math.abs(value - wanted[bin]!)).toBeLessThan(TOLERANCE));
  history.cut(0);
  expect(history.series.mean).toHaveLength(0);
});

test('as long as every step has its bin, the points are the losses at their steps', () => {
  expect(lossPoints(lossSeries([3, 2]))).toEqual([
    { step: 1, value: 3 },
    { step: 2, value: 2 },
  ]);
  expect(lossPoints(lossSeries([]))).toEqual([]);
});

test('a bin of several steps is drawn from its least to its largest loss, at its middle', () => {
  const series = lossSeries(Array.from({ length: BINS + 1 }, (_, i) => i));
  const points = lossPoints(series);
  expect(points.slice(0, 4)).toEqual([
    { step: 1.5, value: 0 },
    { step: 1.5, value: 1 },
    { step: 3.5, value: 2 },
    { step: 3.5, value: 3 },
  ]);
  // The last bin holds one step so far.
  expect(points.slice(-2)).toEqual([
    { step: BINS + 1, value: BINS },
    { step: BINS + 1, value: BINS },
  ]);
});

test('smoothing starts at the first value, keeps a constant, and starts anew behind a gap', () => {
  const values = (numbers: number[]) => smooth(lossSeries(numbers)).map(({ value }) => value);
  expect(values([2])).toEqual([2]);
  values([5, 5, 5, 5]).forEach((value) => expect(value).toBeCloseTo(5, 12));
  const broken = values([5, NaN, 1]);
  expect([Number.isNaN(broken[1]), broken[2]]).toEqual([true, 1]);
});

test('as long as every step has its bin, smoothing is the weighted mean of all losses so far', () => {
  const all = losses(1240);
  const decay = Math.exp(-80 / all.length);
  smooth(lossSeries(all)).forEach(({ step, value }, i) => {
    const weights = Array.from({ length: i + 1 }, (_, j) => decay ** (i - j));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const mean = weights.reduce((sum, weight, j) => sum + weight * all[j]!, 0) / total;
    expect(step).toBe(i + 1);
    expect(Math.abs(value - mean)).toBeLessThan(TOLERANCE);
  });
});

test('smoothing reaches over a fortieth of the history, with bins of one step and of many', () => {
  // A loss that falls from 1 to 0 in the middle: after an eightieth of the history, 1/e of it is left.
  for (const count of [1600, 160_000]) {
    const edge = count / 2;
    const series = lossSeries(Array.from({ length: count }, (_, i) => (i < edge ? 1 : 0)));
    const points = smooth(series);
    const at = points.find(({ step }) => step > edge + count / 80 - series.stride)!;
    expect(at.value).toBeCloseTo(Math.exp(-1), 1);
    expect(points.at(-1)!.value).toBeLessThan(1e-12);
  }
});

test('a last bin that has only begun counts for the steps it holds', () => {
  const flat = Array.from({ length: 2 * BINS }, () => 1);
  const [one] = smooth(lossSeries([...flat, 100])).slice(-1);
  const [four] = smooth(lossSeries([...flat, 100, 100, 100, 100])).slice(-1);
  // A quarter of a bin of four steps moves the mean a quarter as far, but for the curve of the exponential.
  expect((one!.value - 1) / (four!.value - 1)).toBeCloseTo(0.25, 1);
});

test('the first broken step is found', () => {
  expect(firstBroken(lossSeries([3, NaN, 2]))).toBe(2);
  expect(firstBroken(lossSeries([3, Infinity]))).toBe(2);
  expect(firstBroken(lossSeries([3, 2]))).toBe(null);
});

test('measured accuracies are bounded, and a step that is read again keeps the newer', () => {
  const points = Array.from({ length: 5000 }, (_, i) => ({ step: i, value: i / 5000 }));
  const kept = points.reduce((history, point) => appendPoints(history, [point]), [] as ReturnType<typeof appendPoints>);
  expect(kept.length).toBeLessThanOrEqual(600);
  expect([kept[0], kept.at(-1)]).toEqual([points[0], points.at(-1)]);
  expect(kept.map(({ step }) => step)).toEqual(kept.map(({ step }) => step).toSorted((a, b) => a - b));
  expect(
    appendPoints(
      [
        { step: 1, value: 0.5 },
        { step: 2, value: 0.5 },
      ],
      [{ step: 2, value: 0.7 }],
    ),
  ).toEqual([
    { step: 1, value: 0.5 },
    { step: 2, value: 0.7 },
  ]);
});
