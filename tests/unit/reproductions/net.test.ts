import * as library from '#src';
import { build, datasets, network, startEngine, tf } from '#src';
import { beforeAll, expect, test } from 'vitest';
import { localise } from '../../../scripts/reproductions/localisation/localise.js';
import { METHODS } from '../../../scripts/reproductions/localisation/plan.js';
import { rank } from '../../../scripts/reproductions/localisation/rank.js';

beforeAll(() => startEngine({ tier: 'cpu' }));

const net = network(
  [32, 32, 3],
  [
    { kind: 'conv2d', filters: 3, size: 5, stride: 4 },
    { kind: 'activate', fn: 'relu' },
    { kind: 'globalAvgPool' },
    { kind: 'dense', units: 4 },
  ],
);
const load = (options: object) => datasets.get('concepts').load({ seed: 5, samples: 1, testSamples: 160, ...options });

test('an untrained net is measured on the pictures it happens to answer right, and nothing stays in memory', async () => {
  const before = tf.memory().numTensors;
  const model = build(net, { seed: 1 });
  const data = await load({});
  const { pictures, area, scores, unscored } = await localise(library, model, data, { pictures: 20, seed: 1 });
  const found = await rank(library, model, load, 10);
  model.dispose();
  expect(tf.memory().numTensors).toBe(before);

  expect(pictures).toBe(20);
  expect(scores).toHaveLength(METHODS.length);
  // Noise knows nothing of the mask: its mass accuracy is the area, give or take what 20 maps of 1,024 pixels leave open.
  const [mass] = scores[METHODS.findIndex(({ id }) => id === 'random')]!;
  expect(Math.abs(mass! - area!)).toBeLessThan(0.02);
  expect(unscored.at(-1)).toBe(0);

  // Nobody has told this net a class: one in four answers is right, within four standard errors of 160.
  for (const share of [found.ownMark, found.chanceMark, found.noMark])
    expect(Math.abs(share - 0.25)).toBeLessThan(0.14);
  expect(found.saidToNoMark.reduce((sum: number, share: number) => sum + share, 0)).toBeCloseTo(1, 10);
  expect(found.explained).toHaveLength(10);
  for (const { channels } of found.explained) {
    const shares = channels.map(({ share }) => share);
    expect(shares).toEqual(shares.toSorted((a, b) => b - a));
    expect(shares.reduce((sum, share) => sum + Math.abs(share), 0)).toBeLessThan(1 + 1e-6);
  }
});

test('of three channels the foremost are all: their shares add up to 1 and their maps to the whole map', async () => {
  const model = build(net, { seed: 1 });
  const { drawn } = await rank(library, model, load, 1);
  model.dispose();
  expect(drawn.map(({ label }) => label)).toEqual([0, 1, 2, 3]);
  for (const { whole, channels } of drawn) {
    expect(new Set(channels.map(({ channel }) => channel))).toEqual(new Set([0, 1, 2]));
    expect(channels.reduce((sum, { share }) => sum + Math.abs(share), 0)).toBeCloseTo(1, 6);
    whole.map.forEach((value, i) => expect(channels.reduce((sum, { map }) => sum + map[i]!, 0)).toBeCloseTo(value, 6));
  }
});
