import { rgb } from 'd3';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { root } from '../../../scripts/root.js';
import { amountStops, classColours, colourTable, palette, scaleEnd, tableIndex } from '../../support/drawingParts.ts';

const themes = ['light', 'dark'] as const;

function hexAt(table: Uint32Array, index: number): string {
  const [r, g, b] = new Uint8Array(table.buffer, 4 * index, 3);
  return rgb(r!, g!, b!).formatHex();
}

test.for(themes)('maps start at the paper and end at their strongest colour (%s)', (theme) => {
  const { paper, ink, warm, cool } = palette[theme];
  const at = (scale: 'amount' | 'signed' | 'ink', value: number) =>
    hexAt(colourTable(scale, theme), tableIndex(value, 2, scale));
  expect(['amount', 'signed', 'ink'].map((scale) => at(scale as 'amount', 0))).toEqual([paper, paper, paper]);
  expect([at('amount', 2), at('signed', 2), at('signed', -2), at('ink', 2)]).toEqual([
    amountStops[theme].at(-1),
    warm,
    cool,
    ink,
  ]);
});

test('values beyond the scale and no numbers have a colour too', () => {
  expect([9, -9, NaN].map((value) => tableIndex(value, 2, 'signed'))).toEqual([255, 0, 128]);
  expect([9, -9, NaN].map((value) => tableIndex(value, 2, 'amount'))).toEqual([255, 0, 0]);
  expect(tableIndex(1, 0, 'amount')).toBe(0);
});

test('signed scales end at the 99.5 % quantile of the sizes, amounts at the largest', () => {
  const values = Float32Array.from({ length: 1000 }, (_, i) => (i % 2 ? -i : i));
  expect(scaleEnd(values, 'signed')).toBe(994);
  expect(scaleEnd(values, 'amount')).toBe(998);
  expect(scaleEnd(Float32Array.of(NaN, -3, 2), 'signed')).toBe(3);
  expect(scaleEnd(new Float32Array(), 'signed')).toBe(0);
});

const css = readFileSync(`${root}/components/tokens.css`, 'utf8');
const token = (name: string) => /light-dark\((#\w+), (#\w+)\)/.exec(css.split(`--nl-${name}: `)[1]!)!.slice(1, 3);

test('style sheet and canvases share their colours', () => {
  for (const name of ['paper', 'ink', 'hairline', 'warm', 'cool'] as const)
    expect(token(name)).toEqual([palette.light[name], palette.dark[name]]);
  for (const i of [1, 2, 3, 4]) expect(token(`amount-${i}`)).toEqual([amountStops.light[i], amountStops.dark[i]]);
});

// Machado, Oliveira, Fernandes 2009, A Physiologically-based Model for Simulation of Color Vision Deficiency, severity 1.
const seen: Record<string, readonly number[]> = {
  normal: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protan: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deutan: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritan: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
};

function linear(hex: string): number[] {
  const { r, g, b } = rgb(hex);
  return [r, g, b].map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
}

const times = (m: readonly number[], v: readonly number[]) =>
  [0, 3, 6].map((row) => m[row]! * v[0]! + m[row + 1]! * v[1]! + m[row + 2]! * v[2]!);

/** Ottosson 2020, A perceptual color space for image processing: linear sRGB to OKLab. */
function oklab(v: readonly number[]): number[] {
  const toLms = [0.4122214708, 0.5363325363, 0.0514459929, 0.2119034982, 0.6806995451, 0.1073969566, 0.0883024619];
  const lms = times([...toLms, 0.2817188376, 0.6299787005], v).map(Math.cbrt);
  const toLab = [0.2104542553, 0.793617785, -0.0040720468, 1.9779984951, -2.428592205, 0.4505937099, 0.0259040371];
  return times([...toLab, 0.7827717662, -0.808675766], lms);
}

const luminance = (hex: string) => times([0.2126, 0.7152, 0.0722, 0, 0, 0, 0, 0, 0], linear(hex))[0]!;
function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((p, q) => p - q);
  return (high! + 0.05) / (low! + 0.05);
}

test.for(themes)(
  'any two class colours differ, however colours are seen, and all stand out from paper (%s)',
  (theme) => {
    const colours = classColours[theme];
    expect(new Set(colours).size).toBe(10);
    for (const colour of colours) expect(contrast(colour, palette[theme].paper)).toBeGreaterThanOrEqual(3);
    for (const matrix of Object.values(seen)) {
      const points = colours.map((colour) =>
        oklab(times(matrix, linear(colour)).map((c) => Math.max(0, Math.min(1, c)))),
      );
      const distances = points.flatMap((a, i) =>
        points.slice(i + 1).map((b) => Math.hypot(...a.map((value, k) => value - b[k]!))),
      );
      // A just visible difference is about 0.02 in OKLab.
      expect(Math.min(...distances)).toBeGreaterThan(0.1);
    }
  },
);

test('text and marks stand out from what they lie on', () => {
  for (const theme of [0, 1] as const) {
    const of = (name: string) => token(name)[theme]!;
    for (const ground of ['paper', 'wash', 'selected'])
      for (const name of ['ink', 'quiet', 'accent']) expect(contrast(of(name), of(ground))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(of('on-accent'), of('accent'))).toBeGreaterThanOrEqual(4.5);
    for (const mark of ['mark', 'warm', 'cool']) expect(contrast(of(mark), of('paper'))).toBeGreaterThanOrEqual(3);
  }
});
