import { count, decimal } from '../number.ts';

/** Words of the workbench's maps: the gallery of methods, and the rules of single nodes. */
export const mapsText = {
  ways: 'What to compare',
  byMethod: 'Methods',
  byRule: 'Rules, node by node',

  input: (sample: number) => `input, sample ${count(sample)}`,
  evidence: (name: string) => `what counts for ${name}`,
  strength: (name: string) => `how much counts for ${name}`,
  map: (method: string, name: string) => `${method}: which pixels count for ${name}`,
  none: 'none',
  most: 'most',
  against: 'against',
  for: 'for',

  gallery: 'All methods; click one to enlarge it',
  agreement: (value: number) => decimal(value),
  agreementName: 'agreement with the enlarged one',
  aboutAgreement:
    'Under each map: the rank correlation of its sizes with those of the enlarged map. 1: the same pixels in the same ' +
    'order, 0: nothing in common. That two maps agree does not show that either is right.',
  chosen: 'enlarged',
  tile: (title: string, state: string) => `${title}, ${state}`,
  drawn: 'drawn',
  waiting: 'waits',
  working: 'at work',
  stopped: 'stopped',
  refused: 'no map',
  old: 'of an earlier question',
  stop: 'Stop',
  draw: 'Draw',
  stopTile: (title: string) => `Stop ${title}`,
  drawTile: (title: string) => `Draw ${title}`,
  stopAll: 'Stop all',
  drawAll: 'Draw all again',
  fromStep: (step: number, name: string) =>
    `These maps are of step ${count(step)}, for ${name}; the enlarged one follows the training at once, they do later.`,
  useTable: 'Use these rules everywhere in the workbench',
  tableInUse: 'These rules are in use in the whole workbench.',
  lastNode: 'the last with positions',
  squared: 'SmoothGrad, squared',

  flat: 'This net reads single numbers, so a map has one bar for each of them and no picture.',
};

/** Words of the table of rules. */
export const rulesText = {
  table: 'The rule at every node, in the order relevance travels',
  composite: 'Rules',
  node: 'node',
  rule: 'rule',
  settings: 'its settings',
  top: 'starts at the class',
  bottom: 'ends at the input',
  ruleOf: (node: string) => `Rule of ${node}`,
  back: 'Back',
  backAll: 'Back to the composite everywhere',
  merged: (node: string) => `merged into ${node}`,
  notMerged: 'could not be merged into a layer before it',
  noRule: 'no rule yet: pick one',
  misfit: (title: string) => `${title} is not defined for this node: pick another one`,
  growth: (times: number) =>
    `its inputs cancel: it hands on ${decimal(times, 1)}\u00a0times what arrives, so small changes may show`,
  strangers: (nodes: readonly string[]) => `Rules are set for nodes that this net does not have: ${nodes.join(', ')}.`,
  before: (title: string) => `${title}, as it is`,
  after: 'with your rules',
  difference: 'difference',
  differenceMap: 'The map with your rules minus the map of the composite',
  unchanged: 'Change a rule in the table: the new map will stand here, with the difference.',
  start: 'The table of rules',
};

/** Words of the books of conservation: what goes in, what comes out, and where the rest stays. */
export const booksText = {
  table: 'Where the logit went',
  start: (name: string) => `in: logit of ${name}`,
  one: (name: string) => `in: 1 at the logit of ${name}`,
  reached: (isImage: boolean) => `out: ${isImage ? 'pixels' : 'inputs'}`,
  bias: 'kept by biases',
  stabilizer: 'kept by the stabiliser',
  lost: 'assigned to nothing',
};
