import { expect, test } from 'vitest';
import {
  horizonFor,
  logTicks,
  nearestDot,
  nextDot,
  resampleFlow,
  spacedRows,
  thin,
  timeScale,
  topChannels,
} from '../../support/drawingParts.ts';

test('the time axis keeps the margins of chart and bar', () => {
  const x = timeScale(764, 1600);
  expect([x(0), x(1600)]).toEqual([44, 756]);
  expect(timeScale(764, 0)(0)).toBe(44);
});

test('the horizon is round, grows seldom and leaves room for the labels', () => {
  expect([0, 79, 80, 1240, 1300, 100000].map(horizonFor)).toEqual([100, 100, 120, 1600, 2000, 160000]);
  for (let step = 100; step < 1e5; step *= 1.1) expect(step / horizonFor(step)).toBeLessThanOrEqual(0.79);
});

test('thinning keeps spikes and gaps, two points per pixel', () => {
  const points = Array.from({ length: 1000 }, (_, i) => ({
    step: i + 1,
    value: i === 500 ? 99 : i === 700 ? NaN : 1,
  }));
  const kept = thin(points, (step) => step / 10);
  expect(kept.length).toBeLessThan(220);
  expect(kept.some(({ value }) => value === 99)).toBe(true);
  expect(kept.some(({ value }) => Number.isNaN(value))).toBe(true);
});

test('a log axis has at least two round ticks', () => {
  expect(logTicks(0.05, 3)).toEqual([0.1, 1]);
  expect(logTicks(0.4, 3)).toEqual([0.5, 1, 2]);
  expect(logTicks(1.6, 3.4).length).toBeGreaterThanOrEqual(2);
  expect(logTicks(1e-9, 10).length).toBeLessThanOrEqual(6);
});

test('flow histories fit the pixels: means where steps crowd, the last value where they are rare', () => {
  expect([...resampleFlow([0, 1, 2, 3], [0, 2, 4, 6], 2)]).toEqual([1, 5]);
  expect([...resampleFlow([0, 8], [1, 3], 4)]).toEqual([1, 1, 1, 3]);
  expect([...resampleFlow([5], [2], 1)]).toEqual([2]);
});

test('labels of crowded rows: the selected, the ends, then what fits', () => {
  expect([...spacedRows(4, 18, 2)].sort()).toEqual([0, 1, 2, 3]);
  const rows = [...spacedRows(30, 2.5, 6)];
  expect(rows).toEqual(expect.arrayContaining([0, 6, 29]));
  expect(spacedRows(0, 10, -1).size).toBe(0);
});

test('dots are found by value and left by arrow key', () => {
  const dots = [
    { stage: 'a', channel: 0, value: 2 },
    { stage: 'a', channel: 1, value: -1 },
    { stage: 'b', channel: 0, value: 1.5 },
  ];
  expect(nearestDot(dots, 'a', 1.9)).toBe(dots[0]);
  expect(nearestDot(dots, 'c', 0)).toBe(null);
  expect(nextDot(dots, ['a', 'b'], dots[1]!, 'ArrowRight')).toBe(dots[0]);
  expect(nextDot(dots, ['a', 'b'], dots[0]!, 'ArrowRight')).toBe(null);
  expect(nextDot(dots, ['a', 'b'], dots[0]!, 'ArrowDown')).toBe(dots[2]);
});

test('the top channels include the selected one in its place', () => {
  const layer = {
    at: 'x',
    stage: 'x',
    sum: 0,
    channels: Float32Array.of(1, -5, 3, 0.5),
    order: Uint32Array.of(2, 0, 3, 1),
    parallel: [],
  };
  expect(topChannels(layer, 2, 2).map(({ channel }) => channel)).toEqual([2, 1]);
  expect(topChannels(layer, 3, 2).map(({ channel }) => channel)).toEqual([3, 1]);
  expect(topChannels(layer, 9, 9).length).toBe(4);
});
