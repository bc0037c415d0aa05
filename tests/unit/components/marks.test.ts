import { expect, test } from 'vitest';
import { plain, runs } from '../../support/drawingParts.ts';

test('bold and italic marks become runs', () => {
  expect(runs('Half lies in **9 × 9 pixels**; a reader calls it _stem_.')).toEqual([
    { text: 'Half lies in ', mark: 'plain' },
    { text: '9 × 9 pixels', mark: 'bold' },
    { text: '; a reader calls it ', mark: 'plain' },
    { text: 'stem', mark: 'italic' },
    { text: '.', mark: 'plain' },
  ]);
});

test('underscores inside names are no marks', () => {
  expect(runs('batch_norm_1 and conv_2')).toEqual([{ text: 'batch_norm_1 and conv_2', mark: 'plain' }]);
});

test('markup stays text', () => {
  expect(runs('**<b>x</b>**')).toEqual([{ text: '<b>x</b>', mark: 'bold' }]);
});

test('without marks the words are the same', () => {
  expect(plain('**conv3 went** up and _down_')).toBe('conv3 went up and down');
  expect(plain('')).toBe('');
});
