import { expect, test } from 'vitest';
import { attributions, inputOptimizations, type OptionTable } from '#src';
import { fieldText, labelRows, sliderScale } from '../../support/drawingParts.ts';

test('a slider without a useful range is none', () => {
  expect(sliderScale({ default: 1 })).toBe(null);
  expect(sliderScale({ min: 0, default: 1 })).toBe(null);
  expect(sliderScale({ min: -Infinity, max: Infinity, default: 1 })).toBe(null);
  expect(sliderScale({ min: -1000, max: 1000, default: 0 })).toBe(null);
  expect(sliderScale({ min: 3, max: 3, default: 3 })).toBe(null);
});

test('a narrow range is even, a wide one has its default in the middle', () => {
  const even = sliderScale({ min: 0, max: 1, default: 0.25 })!;
  expect(even.position(0.25)).toBe(0.25);
  expect(even.value(0.8)).toBe(0.8);
  const wide = sliderScale({ min: 0, max: 1e6, default: 1e-6 })!;
  expect(wide.position(1e-6)).toBeCloseTo(0.5, 12);
  expect(wide.value(0.5)).toBe(1e-6);
  expect(wide.value(0)).toBe(0);
  expect(wide.value(1)).toBe(1e6);
  expect(wide.value(0.01)).toBe(0);
});

test('positions outside the slider and values outside the range stop at its ends', () => {
  const scale = sliderScale({ min: 1, max: 5, step: 1, default: 3 })!;
  expect([scale.value(-1), scale.value(2)]).toEqual([1, 5]);
  expect([scale.position(-7), scale.position(9)]).toEqual([0, 1]);
});

test('the smallest move of a slider changes a whole number by one at least, and not past the ends', () => {
  const scale = sliderScale({ min: 1, max: 6, step: 1, default: 1 })!;
  expect(scale.value(0.01, 0)).toBe(2);
  expect(scale.value(0.99, 1)).toBe(5);
  expect(scale.value(1, 1)).toBe(6);
  expect(scale.value(0, 0.01)).toBe(1);
});

const tables: readonly (readonly [string, OptionTable])[] = [...attributions, ...inputOptimizations].map(
  ({ id, options }) => [id, options],
);

test.for(tables)('every number of %s that has a slider comes back from its own place', ([, table]) => {
  for (const option of Object.values(table)) {
    if (typeof option.default !== 'number') continue;
    const scale = sliderScale({ ...option, default: option.default });
    if (!scale) continue;
    expect(scale.value(scale.position(option.default))).toBe(option.default);
    for (const place of [0, 0.2, 0.5, 0.8, 1]) expect(option.parse(scale.value(place))).toBe(scale.value(place));
  }
});

test('a field writes very small and very large numbers as powers of ten', () => {
  expect([0, 1e-6, 0.25, -0.0001, 50, 1e6, 1e21].map(fieldText)).toEqual([
    '0',
    '1e-6',
    '0.25',
    '-1e-4',
    '50',
    '1e6',
    '1e21',
  ]);
});

test('labels keep their order and stand a line apart between the bounds', () => {
  expect(labelRows([50, 20], [0, 100])).toEqual([50, 20]);
  expect(labelRows([50, 51, 52], [0, 100])).toEqual([50, 64, 78]);
  expect(labelRows([98, 99, 97], [0, 100])).toEqual([86, 100, 72]);
  expect(labelRows([-20, 5], [0, 100])).toEqual([0, 14]);
  expect(labelRows([NaN, 5], [0, 100])).toEqual([null, 5]);
});
