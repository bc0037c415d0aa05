import { cos, sin } from '../core/elementary.ts';
import { flag, real } from '../core/options.ts';
import { sampleCounts } from './dataset.ts';
import { defineDataset } from './defineDataset.ts';

// Moments of the two half circles before noise: x = cos t or 1 - cos t, y = sin t or 1/2 - sin t, t uniform on [0, pi].
const MEAN_X = 0.5;
const MEAN_Y = 0.25;
const VARIANCE_X = 0.75;
const VARIANCE_Y = 5 / 8 - 1 / Math.PI - MEAN_Y * MEAN_Y;

/** Two interleaved half circles; `standardise` gives mean 0 and variance 1 by the moments of the construction. */
export const moons = defineDataset({
  id: 'moons',
  title: 'Two moons',
  summary: 'Two half circles that reach into each other: the usual small test for whether a deep net trains at all.',
  source: 'after make_moons of scikit-learn, with evenly spread random angles',
  shape: [2],
  classes: ['upper', 'lower'],
  units: 'coordinate',
  options: {
    ...sampleCounts(2000, 500),
    noise: real(0.1, 'standard deviation of the noise', 0, 1),
    standardise: flag(true, 'mean 0 and variance 1 on both axes'),
  },
  sample(index, input, random, { noise, standardise }) {
    const label = index % 2;
    const angle = Math.PI * random.uniform();
    const x = (label === 0 ? cos(angle) : 1 - cos(angle)) + noise * random.normal();
    const y = (label === 0 ? sin(angle) : 0.5 - sin(angle)) + noise * random.normal();
    input[0] = standardise ? (x - MEAN_X) / Math.sqrt(VARIANCE_X + noise * noise) : x;
    input[1] = standardise ? (y - MEAN_Y) / Math.sqrt(VARIANCE_Y + noise * noise) : y;
    return label;
  },
});
