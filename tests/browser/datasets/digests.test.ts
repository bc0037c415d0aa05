import { datasetDigest, datasets, generate } from '#src';
import { expect, test } from 'vitest';
import { digests } from '../../unit/datasets/digests.ts';

test.for([...datasets].map(({ id }) => id))('%s has the same bytes in the browser as in Node', (id) => {
  expect(datasetDigest(generate(datasets.get(id), { seed: 7 }))).toBe(digests[id]);
});

test('3,000 glyphs are drawn in under a second in the browser', () => {
  const start = performance.now();
  generate(datasets.get('glyphs'), { seed: 1, samples: 3000 });
  expect(performance.now() - start).toBeLessThan(1000);
});
