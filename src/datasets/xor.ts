import { real } from '../core/options.ts';
import { sampleCounts } from './dataset.ts';
import { defineDataset } from './defineDataset.ts';

/** The four cases in the order 0 0, 1 1, 0 1, 1 0: the first two are equal, the last two are not. */
const corners = [
  [-1, -1],
  [1, 1],
  [-1, 1],
  [1, -1],
] as const;

/**
 * Exclusive or on two inputs. `jitter` 0 gives the four bare corners; towards 1 the points stray inwards until they fill
 * their quadrants, and what is left to 1 is the gap between the classes.
 */
export const xor = defineDataset({
  id: 'xor',
  title: 'Exclusive or',
  summary:
    'One class where the two inputs have the same sign, the other where they differ; no straight line parts them.',
  source: 'Minsky and Papert, "Perceptrons", 1969',
  shape: [2],
  classes: ['same', 'different'],
  units: 'coordinate, -1 to 1',
  options: { ...sampleCounts(400, 200), jitter: real(0.9, 'how far points stray from their corner', 0, 1) },
  sample(index, input, random, { jitter }) {
    // Same and different by turns, so that any even number of samples is balanced.
    const corner = corners[[0, 2, 1, 3][index % 4]!]!;
    input[0] = corner[0] * (1 - jitter * random.uniform());
    input[1] = corner[1] * (1 - jitter * random.uniform());
    return index % 2;
  },
});
