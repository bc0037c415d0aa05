import { expect, test } from 'vitest';
import type { ConceptsData } from '#src';
import { exampleConcepts } from '../../support/exampleConcepts.ts';
import { text } from '../../support/drawingParts.ts';

const { sentence, concepts } = text;
const plain = (marked: string) => marked.replaceAll('\u00a0', ' ');
/** A node of 2 × 3 units; channel 1 is the second one shown. */
const data = (units: number[], change: Partial<ConceptsData> = {}) =>
  exampleConcepts({
    shown: Uint32Array.of(4, 1),
    grid: [2, 3],
    neurons: Float32Array.from([9, 9, 9, 9, 9, 9, ...units]),
    ...change,
  }).data;
const reads = (units: number[], neuron: number | null) => plain(sentence.neuron(data(units), 1, neuron));

test('a channel is read by the sum of its units and the one with most, whatever its sign', () => {
  expect(reads([1, 0, 0.5, 0, -2, 0], null)).toBe(
    'Channel 1 carries **−0.50 over 6 units**; the one in row 1, column 1 has most, −2.0.',
  );
  expect(reads([0, 0, 0, 0, 0, 0], null)).toBe('No unit of channel 1 carries anything here.');
});

test('one unit is read beside all of its channel, and says when it carries nothing', () => {
  expect(reads([1, 0, 0.5, 0, -2, 0], 2)).toBe(
    'The unit in row 0, column 2 of channel 1 carries **+0.50**; all of the channel carries −0.50. ' +
      'The map shows what this unit alone brings.',
  );
  expect(reads([1, 0, 0.5, 0, -2, 0], 3)).toBe(
    'The unit in row 1, column 0 of channel 1 carries **nothing** here, so its map is empty.',
  );
});

test('a condition names channels, or the place of a unit', () => {
  expect(concepts.conditions.active('conv3', [2, 5], 7)).toBe('Only through conv3: 2, 5');
  expect(concepts.conditions.active('conv3', { 4: 30 }, 7)).toBe('Only through conv3: channel 4 in row 4, column 2');
});

test('a start is named beside the usual one, and turned signs are said', () => {
  expect(concepts.initial.active(1, 12.4, '4', false)).toBe('Relevance starts with **+1.0**, not with +12.4.');
  expect(concepts.initial.active(-2, 12.4, '4', true)).toBe(
    'Relevance starts with **−2.0**, not with +12.4. The signs differ: red speaks **against** 4, blue for it.',
  );
});

test('sentences keep to what speaks for the class when a start turns all signs round', () => {
  const usual = exampleConcepts();
  const { start, relevance, maps } = usual.data;
  const turned = exampleConcepts({
    start: -start,
    usualStart: start,
    relevance: relevance.map((r) => -r),
    maps: maps.map((r) => -r),
  });
  expect(sentence.concepts(turned, 'conv3', '4', true)).toBe(sentence.concepts(usual, 'conv3', '4', true));
  expect(sentence.conceptsLead(turned, 5, new Map())).toBe(sentence.conceptsLead(usual, 5, new Map()));
  // Without the usual start beside it, the same numbers would say the opposite.
  const own = exampleConcepts({ ...turned.data, usualStart: -start });
  expect(sentence.concepts(own, 'conv3', '4', true)).not.toBe(sentence.concepts(usual, 'conv3', '4', true));
});
