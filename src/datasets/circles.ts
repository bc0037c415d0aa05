import { cos, sin } from '../core/elementary.ts';
import { real } from '../core/options.ts';
import { sampleCounts } from './dataset.ts';
import { defineDataset } from './defineDataset.ts';

/** A ring around a smaller ring of radius `factor`. */
export const circles = defineDataset({
  id: 'circles',
  title: 'Two circles',
  summary: 'A ring inside a ring; the distance from the middle decides, which no single straight line can see.',
  source: 'after make_circles of scikit-learn, with evenly spread random angles',
  shape: [2],
  classes: ['outer', 'inner'],
  units: 'coordinate, outer radius 1',
  options: {
    ...sampleCounts(500, 250),
    factor: real(0.5, 'radius of the inner ring', 0, 0.99),
    noise: real(0.08, 'standard deviation of the noise', 0, 1),
  },
  sample(index, input, random, { factor, noise }) {
    const label = index % 2;
    const radius = label === 0 ? 1 : factor;
    const angle = 2 * Math.PI * random.uniform();
    input[0] = radius * cos(angle) + noise * random.normal();
    input[1] = radius * sin(angle) + noise * random.normal();
    return label;
  },
});
