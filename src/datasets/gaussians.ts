import { cos, sin } from '../core/elementary.ts';
import { real, whole } from '../core/options.ts';
import { sampleCounts } from './dataset.ts';
import { defineDataset } from './defineDataset.ts';

const names = 'ABCDEFGHIJ';

/** `clusters` round clouds with their middles evenly spaced on a circle of radius 1. */
export const gaussians = defineDataset({
  id: 'gaussians',
  title: 'Gaussian clusters',
  summary: 'Round clouds of points; straight lines between neighbours are the best possible boundary.',
  source: 'isotropic normal distributions with middles on the unit circle',
  shape: [2],
  classes: ['A', 'B', 'C'],
  classesFor: ({ clusters }) => [...names.slice(0, clusters)],
  units: 'coordinate, the clusters lie around radius 1',
  options: {
    ...sampleCounts(600, 300),
    clusters: whole(3, 'clusters', 2, names.length),
    spread: real(0.3, 'standard deviation of a cluster', 0, 2),
  },
  sample(index, input, random, { clusters, spread }) {
    const label = index % clusters;
    const angle = 2 * Math.PI * (0.25 + label / clusters); // the first cluster at the top
    input[0] = cos(angle) + spread * random.normal();
    input[1] = sin(angle) + spread * random.normal();
    return label;
  },
});
