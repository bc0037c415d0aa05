import { expect, test } from 'vitest';
import {
  count,
  decimal,
  inWords,
  logTick,
  ordinal,
  percent,
  quantity,
  sides,
  signed,
} from '../../support/drawingParts.ts';

// The interface joins a number and its unit by a no-break space; the tests write it as a plain one.
const plain = (text: string) => text.replaceAll('\u00a0', ' ');

test('counts have thousands commas and a true minus', () => {
  expect([0, 7, 1240, 1234567, -1240].map(count)).toEqual(['0', '7', '1,240', '1,234,567', '−1,240']);
});

test('decimals keep their places, and a zero after rounding has no sign', () => {
  expect([1.7512, -1.2, -0.004, 0, 12345.678].map((value) => decimal(value))).toEqual([
    '1.75',
    '−1.20',
    '0.00',
    '0.00',
    '12,345.68',
  ]);
});

test('quantities of any size are short', () => {
  expect([0, 12.42, 0.003141, 1240, -0.5, 1].map((value) => quantity(value))).toEqual([
    '0',
    '12.4',
    '0.00314',
    '1,240',
    '−0.500',
    '1.00',
  ]);
  expect(plain(quantity(3.14e-9))).toBe('3.1 × 10⁻⁹');
  expect(plain(quantity(-2.5e12))).toBe('−2.5 × 10¹²');
});

test('ticks of a log axis are short in any range', () => {
  expect([0.1, 1, 1000, 1e-9, 2e-9, 1e5].map((value) => logTick(value))).toEqual([
    '0.1',
    '1',
    '1,000',
    '10⁻⁹',
    '',
    '10⁵',
  ]);
});

test('signed numbers always show their sign, except zero', () => {
  expect([4.6, -1.2, 0, 0.01, -0.01].map((value) => signed(value))).toEqual(['+4.6', '−1.2', '0.0', '0.0', '0.0']);
});

test('percents never round a little to nothing nor almost all to all', () => {
  const shares = [0.986, 0, 1, 0.001, 0.9999, 0.38];
  expect(shares.map((share) => plain(percent(share)))).toEqual(['99 %', '0 %', '100 %', '< 1 %', '> 99 %', '38 %']);
  expect(plain(percent(0.986, 1))).toBe('98.6 %');
  expect(plain(percent(-0.02))).toBe('−2 %');
});

test('what is no number is called so', () => {
  expect([count(NaN), decimal(NaN), quantity(Infinity), percent(NaN), signed(-Infinity)]).toEqual([
    'not a number',
    'not a number',
    '∞',
    'not a number',
    '−∞',
  ]);
});

test('ordinals, words and sides', () => {
  expect([1, 2, 3, 4, 11, 12, 13, 21, 112].map(ordinal)).toEqual([
    '1st',
    '2nd',
    '3rd',
    '4th',
    '11th',
    '12th',
    '13th',
    '21st',
    '112th',
  ]);
  expect([0, 1, 2, 12, 13].map(inWords)).toEqual(['no', 'one', 'two', 'twelve', '13']);
  expect(plain(sides(9, 9))).toBe('9 × 9');
});
