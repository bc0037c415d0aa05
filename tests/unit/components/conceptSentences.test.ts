import { expect, test } from 'vitest';
import type { AblationAnswer, ConceptsData, RelevanceRecord } from '#src';
import { exampleAblation, exampleConcepts } from '../../support/exampleConcepts.ts';
import { text } from '../../support/drawingParts.ts';
import { exampleRelevance } from '../../support/exampleRecords.ts';

const { sentence } = text;
const plain = (marked: string) => marked.replaceAll('\u00a0', ' ');
const argue = (relevance: number[], { name = '4', isAnswer = true, start = 12.4 } = {}) =>
  plain(
    sentence.concepts(exampleConcepts({ relevance: Float32Array.from(relevance), start }), 'conv3', name, isAnswer),
  );

test('the finding counts the channels that hold more than half of each side', () => {
  expect(argue([8, 4.6, 2, 1.7, 1.6, -4.7, -1.7, -3.9])).toBe(
    'Two channels make this a 4. Two others argue against it.',
  );
  expect(argue([9, 1, -2])).toBe('One channel makes this a 4. One other argues against it.');
  expect(argue([3, 3, 3, -2], { name: '8', isAnswer: false })).toBe(
    'Two channels speak for 8. One other argues against it.',
  );
  expect(argue([9, 1, -2], { name: '8' })).toBe('One channel makes this an 8. One other argues against it.');
});

test('a class with a name of its own is spoken for', () => {
  expect(argue([9, 1, -2], { name: 'circle' })).toBe('One channel speaks for circle. One other argues against it.');
});

test('little, nothing and everything against a class', () => {
  expect(argue([9, 1, -0.4])).toBe('One channel makes this a 4. Little argues against it.');
  expect(argue([9, 1, 0])).toBe('One channel makes this a 4. None argues against it.');
  expect(argue([-3, -3, -3], { isAnswer: false })).toBe('No channel speaks for 4. Two channels argue against it.');
  expect(argue([0, 0])).toBe('No channel of conv3 says anything about 4.');
});

test('a logit of zero or of no number has nothing to share out', () => {
  expect(argue([1], { start: 0 })).toBe('The logit of 4 is **0**: there is no evidence to share out.');
  expect(argue([1], { start: NaN })).toBe('The logit of 4 is **not a number**: the weights have diverged.');
});

const lead = (change: Partial<ConceptsData>, selected: number, best: Record<number, string[]> = {}) =>
  plain(
    sentence.conceptsLead(
      exampleConcepts(change),
      selected,
      new Map(Object.entries(best).map(([channel, labels]) => [Number(channel), labels])),
    ),
  );
// A map whose mass lies in one pixel of the lower right.
const corner = (sign: number) => Float32Array.from({ length: 16 }, (_, i) => (i === 15 ? sign : 0));
const small = (values: number[], channel: number) => ({
  relevance: Float32Array.from(values),
  height: 4,
  width: 4,
  shown: Uint32Array.of(channel),
  maps: corner(Math.sign(values[channel]!)),
});

test('the lead names the channels of each side, and reads the selected one with its place and samples', () => {
  const eights = ['8', '8', '8'];
  expect(lead(small([8, 4.6, -4.7, -3.9, -1], 1), 1, { 1: eights, 2: ['7', '7'], 3: ['9', '9'] })).toBe(
    'Channel 0 alone brings more than half of what speaks for it. ' +
      'Channel 1, selected, adds 37 %, most at the lower right; its best samples are all 8s. ' +
      'Channels 2 and 3, whose best are 7s and 9s, speak against it.',
  );
  expect(lead(small([3, 3, 3, -5], 3), 3, { 3: ['7', '9', '7'] })).toBe(
    'Channels 0 and 1 together bring more than half of what speaks for it. ' +
      'Channel 3, selected, speaks against it with −5.0, most at the lower right; its best samples are 7s and 9s.',
  );
});

test('the lead counts channels that are too many to name, and leaves out what it does not know', () => {
  const even = [1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1];
  expect(lead(small(even, 0), 0, { 0: ['1', '2', '3', '3', '3'] })).toBe(
    'Four channels together bring more than half of what speaks for it. ' +
      'Channel 0, selected, adds 8 %, most at the lower right; most of its best samples are 3s. ' +
      'Four channels speak against it.',
  );
  expect(lead({ ...small([0, 2], 1) }, 0)).toBe(
    'Channel 1 alone brings more than half of what speaks for it. Channel 0, selected, says nothing here.',
  );
  expect(lead({ ...small([1, 2], 0), start: -3 }, 0)).toContain('Channel 0, selected, adds +1.0, most');
  expect(lead({ start: 0 }, 0)).toBe('');
});

test('names of classes that are words take no plural', () => {
  expect(lead(small([2, 1], 0), 0, { 0: ['cat', 'cat'] })).toContain('its best samples are all of class cat.');
});

const account = (change: Partial<RelevanceRecord['data']>) => {
  const record = exampleRelevance();
  return plain(sentence.account({ ...record, data: { ...record.data, ...change } }, '4'));
};

test('the account names where relevance stays, and where more comes from', () => {
  expect(account({})).toBe('**97 % reaches the pixels**. 3 % stays in biases.');
  expect(account({ absorbedByStabilizer: 0.62, lost: -0.2 })).toBe(
    '**97 % reaches the pixels**. 3 % stays in biases, 5 % stays in the stabiliser, 2 % comes from nowhere.',
  );
  expect(account({ reached: 12.4, absorbedByBias: 0 })).toBe('**100 % reaches the pixels**: nothing stays on the way.');
  expect(account({ reached: 13, absorbedByBias: -0.6, height: 1, width: 2 })).toBe(
    '**105 % reaches the inputs**. 5 % comes from biases.',
  );
  expect(account({ start: 0 })).toBe('The logit of 4 is **0**: there is no evidence to share out.');
});

test('sums whose ways cancel and norms that were not folded in are warned about', () => {
  const hazards = (change: Partial<RelevanceRecord['data']>) => {
    const record = exampleRelevance();
    return sentence.hazards({ ...record, data: { ...record.data, ...change } }).map(plain);
  };
  expect(hazards({})).toEqual([]);
  const { layers } = exampleRelevance().data;
  const beside = (stages: string[]) =>
    hazards({
      layers: layers.map((layer) => (stages.includes(layer.stage) ? { ...layer, parallel: ['input'] } : layer)),
    });
  expect(beside(['conv2'])).toEqual([
    '**Part of it goes past conv2** on another way: maps of channels there do not show it.',
  ]);
  expect(beside(['conv1', 'conv2', 'conv3', 'conv4', 'dense'])).toEqual([
    '**Part of it goes past dense, conv4, conv3 and 2 more layers** on another way: maps of channels there do not show it.',
  ]);
  expect(
    hazards({
      sums: [
        { at: 'add1', growth: 1.1 },
        { at: 'add2', growth: 3.14 },
      ],
      notFolded: ['batchNorm2'],
    }),
  ).toEqual([
    '**At add2 the ways cancel**: 3.1 times as much relevance leaves it as arrives, so a small change of the picture may change the map a lot.',
    '**batchNorm2** could not be folded into the layer before; the map treats it as a layer of its own.',
  ]);
});

test('the map of another class is read by the parts that hold most of each sign', () => {
  const other = (map: number[], change: Partial<RelevanceRecord['data']> = {}) => {
    const record = exampleRelevance();
    const data = { ...record.data, map: Float32Array.from(map), height: 4, width: 4, ...change };
    return plain(sentence.otherClass({ ...record, data }, '6'));
  };
  const upper = Array.from({ length: 16 }, (_, i) => (i < 8 ? 1 : 0));
  expect(other(upper.map((v, i) => (i === 12 ? -1 : v)))).toBe(
    'what speaks for it lies mostly in the upper half, what speaks against it mostly at the lower left.',
  );
  expect(other(upper)).toBe('what speaks for it lies mostly in the upper half, and no pixel against it.');
  expect(other(upper.map(() => -1))).toBe('no pixel would speak for it, what speaks against it all over.');
  expect(other(upper.map(() => 0))).toBe('no pixel would speak for it or against it.');
  expect(other([1, 2], { height: 1, width: 2, start: -2.1 })).toBe('its logit is −2.1, not enough to win.');
});

const name = (index: number) => String(index);

test('an ablation says whether the answer really changes, and how it was found', () => {
  const ablation = (answer: AblationAnswer) => plain(sentence.ablation(answer, name));
  expect(ablation(exampleAblation())).toBe(
    'The answer **becomes 2**, with 81 %. Measured with the channel set to zero, not estimated.',
  );
  const stays = exampleAblation();
  const after = { ...stays.after, answer: 4, probabilities: stays.before.probabilities };
  expect(ablation({ ...stays, after, plan: { relu3: { 5: 0.5, 6: 0.5 } } })).toBe(
    'The answer **stays 4**, with 98.6 % instead of 98.6 %. Measured with 2 channels at 50 % of its value, not estimated.',
  );
  const broken = exampleAblation({ probabilities: new Float32Array(10).fill(NaN) });
  expect(ablation(broken)).toBe('The answer is **not a number**: the weights have diverged.');
});

test('accuracy is told when it is counted', () => {
  expect(plain(sentence.ablationAccuracy(exampleAblation()))).toBe(
    'Held-out samples read right: **96.2 %** as it is, **87.1 %** so.',
  );
  expect(sentence.ablationAccuracy(exampleAblation({ accuracy: null }))).toBe('Counting the held-out samples.');
});

test('values of rows keep their sign and enough digits; shares carry a sign', () => {
  const { rows, bypass } = text.concepts;
  expect([4.62, 0.853, -0.0413, 0].map(rows.value)).toEqual(['+4.6', '+0.85', '−0.04', '0.00']);
  expect([0.0042, -2e-6].map((value) => plain(rows.value(value)))).toEqual(['+0.004', '−2 × 10⁻⁶']);
  expect([12.36, 0.0313, 0].map(text.concepts.account.value)).toEqual(['12.36', '0.031', '0']);
  expect([rows.summary(8, 16, 0.84), rows.summary(8, 8, 1)].map(plain)).toEqual([
    '8 of 16 channels, 84 % of all relevance.',
    'All 8 channels.',
  ]);
  expect([0.31, -0.12, 0].map((share) => plain(rows.share(share)))).toEqual(['+31 %', '−12 %', '0 %']);
  expect(plain(bypass.found(2.3, 12.4, 'conv3', bypass.some(['add1', 'conv5'], 4)))).toBe(
    '**+2.3 of +12.4 goes past conv3**, by way of add1, conv5, 4 more. No map here shows it.',
  );
});
