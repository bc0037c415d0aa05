/** The net, and how it learns: until it knows nearly all held-out pictures, or no longer than that. */
export const NET = 'fourConv';
export const TRAINING = {
  recipe: { optimizer: 'adam', learningRate: 0.003, schedule: 'cosine', batchSize: 32, steps: 2500 },
  checkEvery: 250,
  goal: 0.98,
};
/** A net below this share of held-out pictures has not learned the factor, and its maps say little. */
export const LEARNED = 0.95;

/** What decides the class in the first part; the second part needs one of them. */
export const FACTORS = ['shape', 'colour', 'texture'];
export const RANKED_FACTOR = 'shape';

/** What is compared. `random` is noise, and no method of the library. */
export const METHODS = [
  { name: 'LRP epsilonPlusFlat', id: 'epsilonPlusFlat' },
  { name: 'gradient (channels summed)', id: 'gradient' },
  { name: 'gradient (largest size)', id: 'gradient', options: { channels: 'largest' } },
  { name: 'Grad-CAM', id: 'gradCam' },
  { name: 'random', id: 'random' },
];
export const METRICS = [
  { name: 'mass accuracy', id: 'massAccuracy' },
  { name: 'rank accuracy', id: 'rankAccuracy' },
  { name: 'pointing game', id: 'pointingGame' },
];

/** How many channels of the ranking are looked at. */
export const TOP = 3;
