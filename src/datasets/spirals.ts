import { cos, sin } from '../core/elementary.ts';
import { real } from '../core/options.ts';
import { sampleCounts } from './dataset.ts';
import { defineDataset } from './defineDataset.ts';

/** Points per arm before the arm is walked again: that of the 194-point set of 1988. */
const STEPS = 97;

/**
 * Two arms, one the other turned by half a turn. The arm is cut into 97 equal pieces and every piece gets its point
 * before any gets a second one: 194 samples, 3 turns and no noise are as evenly spread as the set of 1988.
 */
export const spirals = defineDataset({
  id: 'spirals',
  title: 'Two spirals',
  summary: 'Two arms wound around each other; the boundary is as long as the arms, so shallow nets need many units.',
  source: 'Lang and Witbrock, "Learning to tell two spirals apart", 1988',
  shape: [2],
  classes: ['first arm', 'second arm'],
  units: 'coordinate, the arms end at radius 1',
  options: {
    ...sampleCounts(970, 388),
    turns: real(1.75, 'turns of one arm', 0.25, 4),
    noise: real(0.02, 'standard deviation of the noise', 0, 0.5),
  },
  sample(index, input, random, { turns, noise }) {
    const label = index % 2;
    const along = ((Math.floor(index / 2) % STEPS) + random.uniform()) / STEPS;
    const radius = label === 0 ? along : -along;
    const angle = 2 * Math.PI * turns * along;
    input[0] = radius * cos(angle) + noise * random.normal();
    input[1] = radius * sin(angle) + noise * random.normal();
    return label;
  },
});
