import { expect, test } from 'vitest';
import type { ReceptiveFieldRecord, RelevanceRecord, StrengthRecord } from '#src';
import { exampleField, exampleFlow, exampleRelevance, exampleStrength } from '../../support/exampleRecords.ts';
import { text } from '../../support/drawingParts.ts';

const { sentence } = text;
// The interface joins a number and its unit by a no-break space; the tests write it as a plain one.
const plain = (marked: string) => marked.replaceAll('\u00a0', ' ');

function field(change: Partial<ReceptiveFieldRecord['data']>): string {
  const record = exampleField();
  return plain(sentence.field({ ...record, data: { ...record.data, ...change } }));
}

test('a field is read as the square that holds half, against what the architecture allows', () => {
  expect(field({})).toBe('Half of what it answers to lies in **9 × 9 pixels**. Its architecture would allow 17 × 17.');
});

test('a global field may see the whole image', () => {
  expect(field({ theoretical: 'global' })).toBe(
    'Half of what it answers to lies in **9 × 9 pixels**. Its architecture would allow the whole image.',
  );
});

test('a field as large as allowed says so', () => {
  expect(field({ theoretical: { top: 10, left: 10, height: 9, width: 9 } })).toBe(
    'Half of what it answers to lies in **9 × 9 pixels**, all that its architecture allows.',
  );
});

test('an empty map, a map without a half and a broken map are not read as sizes', () => {
  const values = new Float32Array(784);
  expect(field({ values, half: null })).toBe('**No pixel changes its answer** for these 64 samples: the map is empty.');
  expect(field({ values, half: null, samples: 1 })).toBe(
    '**No pixel changes its answer** for this sample: the map is empty.',
  );
  expect(field({ half: null })).toBe(
    '**No centred square in the image** holds half of what it answers to. Its architecture allows 17 × 17.',
  );
  expect(field({ values: values.map(() => NaN) })).toBe('The map is **not a number**: the weights have diverged.');
});

const flow = (rows: Record<string, number[]>, stage: string) => {
  const layers = Object.entries(rows).map(([name, values]) => ({ stage: name, values }));
  return plain(sentence.flow({ steps: (layers[0]?.values ?? []).map((_, i) => 1 + 20 * i), layers }, stage));
};

test('flow names the way of the selected layer', () => {
  expect(plain(sentence.flow(exampleFlow(), 'conv3'))).toBe(
    '**conv3 went from 0.06 to 1.75 nats** and is levelling off. No layer is stuck.',
  );
  expect(flow({ conv1: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6] }, 'conv1')).toBe(
    '**conv1 went from 0.10 to 0.60 nats** and is still rising. No layer is stuck.',
  );
  expect(flow({ conv1: [1, 0.9, 0.8, 0.6, 0.4, 0.1] }, 'conv1')).toBe(
    '**conv1 went from 1.00 to 0.10 nats** and is still falling. No layer is stuck.',
  );
  expect(flow({ conv1: [0.5, 0.5, 0.5] }, 'conv1')).toBe(
    '**conv1 has stayed at 0.50 nats** per unit. No layer is stuck.',
  );
  expect(flow({ conv1: [0.1, 0.4] }, 'conv1')).toBe('**conv1 went from 0.10 to 0.40 nats**. No layer is stuck.');
  expect(flow({ conv1: [0.4] }, 'conv1')).toBe('**conv1 passes 0.40 nats** per unit. No layer is stuck.');
});

test('flow names the layer where nothing passes', () => {
  expect(flow({ conv1: [0, 0], conv2: [0, 0] }, 'conv2')).toBe(
    '**Nothing passes conv1**: there and after, every unit answers the same to all samples.',
  );
  expect(flow({ conv1: [1, 1.5], conv2: [0, 0] }, 'conv1')).toBe(
    '**conv1 went from 1.00 to 1.50 nats**. Flow stops at **conv2**.',
  );
  expect(flow({ conv1: [1, 1.5], conv2: [0, 0] }, 'conv2')).toBe(
    '**Nothing passes conv2**: every unit answers the same to all samples.',
  );
});

test('flow without the selected layer, without points and with a broken layer', () => {
  expect(flow({ conv1: [0.4], conv2: [1.2] }, 'dense')).toBe(
    'Most passes **conv2, 1.20 nats** per unit; dense is not measured. No layer is stuck.',
  );
  expect(flow({}, 'conv1')).toBe('');
  expect(flow({ conv1: [0.4, 0.5], conv2: [0.4, NaN] }, 'conv1')).toBe(
    '**conv2 is not a number**: the weights have diverged.',
  );
});

const strength = (incoming: number[], channel: number, stage = 'conv3') => {
  const record = exampleStrength();
  const layer = { ...record.data.layers[2]!, incoming: Float32Array.from(incoming) };
  const changed: StrengthRecord = { ...record, data: { layers: [layer] } };
  return plain(sentence.strength(changed, stage, channel));
};

test('strength is read as a rank, a value and the range around it', () => {
  expect(strength([-13.9, 3.1, 2.4, -0.9], 3)).toBe(
    'Channel 3 is **3rd of 4** at −0.9, near zero. conv3 ranges from −13.9 to +3.1.',
  );
  expect(strength([-13.9, 3.1, 2.4, -0.9], 1)).toBe(
    'Channel 1 is **1st of 4** at +3.1. conv3 ranges from −13.9 to +3.1.',
  );
});

test('strength of one channel, of none, of zeros, of no numbers', () => {
  expect(strength([2.34], 0)).toBe('The one channel of conv3 has incoming weights that sum to **+2.3**.');
  expect(strength([1, 2], 0, 'pool1')).toBe('pool1 has no weights of its own.');
  expect(strength([1, 2], 5)).toBe('conv3 has 2 channels; pick one of them.');
  expect(strength([0, 0], 0)).toBe('All incoming weights of conv3 sum to **0**.');
  expect(strength([1, NaN], 0)).toBe('The weights of conv3 are **not numbers**: training has diverged.');
});

function relevance(
  change: Partial<RelevanceRecord['data']>,
  channels?: number[],
  channel = 0,
  stage = 'conv3',
): string {
  const record = exampleRelevance();
  const layer = record.data.layers.find((candidate) => candidate.stage === 'conv3')!;
  const values = Float32Array.from(channels ?? [4.6, 1.1, -0.8]);
  const order = Uint32Array.from(values.keys()).sort((a, b) => values[b]! - values[a]!);
  const data = { ...record.data, layers: [{ ...layer, channels: values, order }], ...change };
  return plain(sentence.relevance({ ...record, data }, stage, channel, '4'));
}

test('relevance is read as a share of the evidence', () => {
  expect(relevance({})).toBe('Channel 0 brings **37 % of the evidence for 4**, the most of 3 in conv3.');
  expect(relevance({}, undefined, 1)).toBe('Channel 1 brings **9 % of the evidence for 4**, channel 0 the most, 37 %.');
  expect(relevance({}, undefined, 2)).toBe('Channel 2 speaks **against 4**: −0.8 in a logit of +12.4.');
  expect(relevance({}, [4.6, 0, 1], 1)).toBe('Channel 1 says **nothing about 4** in this sample.');
});

test('relevance of one channel, of a stage without a sum, and of unfoldable norms', () => {
  expect(relevance({}, [12.1])).toBe('The one channel of conv3 carries **+12.1** of the logit +12.4 for 4.');
  expect(relevance({}, undefined, 0, 'dense')).toBe('**97 % of the evidence for 4** reaches the pixels.');
  expect(relevance({ notFolded: ['batchNorm2'] }, undefined, 0, 'dense')).toBe(
    '**97 % of the evidence for 4** reaches the pixels. batchNorm2 could not be folded in.',
  );
});

test('relevance of logits that are negative, zero or no number', () => {
  expect(relevance({ start: -2.1 })).toBe('The logit of 4 is −2.1; channel 0 brings **+4.6** of it.');
  expect(relevance({ start: 0 })).toBe('The logit of 4 is **0**: there is no evidence to share out.');
  expect(relevance({ start: NaN })).toBe('The logit of 4 is **not a number**: the weights have diverged.');
});

test('what does not reach the pixels is named, largest first', () => {
  const record = exampleRelevance();
  const data = { ...record.data, absorbedByBias: 0.62, absorbedByStabilizer: -1.24, lost: 0.01 };
  const parts = text.relevance.missingParts({ ...record, data });
  expect(plain(text.relevance.missing(parts))).toBe('−10 % stabiliser, 5 % bias');
});

test('the page states the finding with its numbers', () => {
  const subject = 'Ten digits';
  expect(sentence.page({ subject, step: 1240, right: 96, of: 100 })).toBe(
    'Ten digits, 1,240 steps in: 96 of 100 unseen samples are read right.',
  );
  expect(sentence.page({ subject, step: 0, right: 11, of: 100 })).toBe(
    'Ten digits, before the first step: 11 of 100 unseen samples are read right.',
  );
  expect(sentence.page({ subject, step: 1, right: 1, of: 1 })).toBe(
    'Ten digits, 1 step in: 1 of 1 unseen sample is read right.',
  );
  expect(sentence.page({ subject, step: 20, right: null, of: 0 })).toBe('Ten digits, 20 steps in.');
  expect(sentence.page({ subject, step: 99, right: 10, of: 100, brokenAt: 57 })).toBe(
    'Ten digits: training broke at step 57, where the loss is not a number.',
  );
});
