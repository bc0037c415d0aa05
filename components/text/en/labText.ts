import { count } from '../number.ts';

/** Words of the lab: header, panels, messages. */
export const labText = {
  title: 'NeuroLoupe',
  page: 'NeuroLoupe: watch a small neural net learn, and look inside',
  skip: 'Skip to the network',
  starting: 'Starting the engine',
  making: (title: string) => `Making ${title}`,
  reading: 'Reading the files',
  tiers: { webgpu: 'WebGPU', wasm: 'WASM', cpu: 'JavaScript' },
  speed: (steps: number) => `${count(steps)} steps/s`,
  paused: 'paused',
  why: 'Why this engine',
  /** What runs where: steps of training, and everything that is measured. */
  steps: 'Steps:',
  measures: 'Measurements:',
  engines: {
    wasm: 'a plan of the whole net, in WASM',
    js: 'a plan of the whole net, in JavaScript',
    tfjs: 'tfjs, operation by operation',
  },
  onPage: (reason: string) => `It runs on the page itself, in short slices: ${reason}.`,
  inWorker: 'It runs in a worker, so the page stays free.',
  skipped: (tier: string, reason: string) => `${tier} was not used: ${reason}.`,
  theme: { toDark: 'Dark colours', toLight: 'Light colours' },
  layers: (n: number) => `${count(n)} ${n === 1 ? 'layer' : 'layers'}`,
  parameters: (n: number) => `${count(n)} trained numbers`,

  data: {
    set: 'Set',
    counts: (train: number, test: number) => `${count(train)} to learn from, ${count(test)} held out`,
    choose: 'Open files',
    orDrop: 'or drop IDX files here',
    own: 'your files',
    yours: (samples: number) => `Your ${count(samples)} samples`,
    drop: 'Drop to open. IDX images and labels, plain or .gz; nothing leaves this page.',
    strip: 'Held-out samples',
    points: 'Training points',
    /** Options of data sets and what they can be, by name. */
    options: {
      factor: 'Decides',
      shape: 'shape',
      colour: 'colour',
      texture: 'texture',
      correlation: 'Mark tells',
      testDistractor: 'Test marks',
      same: 'as in training',
      random: 'by chance',
      noise: 'Grain',
    } as Readonly<Record<string, string>>,
  },
  network: {
    net: 'Net',
    own: 'own',
    edit: 'Edit as JSON',
    editTitle: 'The network as JSON',
    editHelp:
      'Nodes run in this order; each reads the one before it unless it says "from". The last one answers the classes. ' +
      'Nothing changes until you apply it.',
    valid: (nodes: number, numbers: number) => `Fits: ${count(nodes)} nodes, ${count(numbers)} trained numbers.`,
    apply: 'Apply and restart',
    cancel: 'Cancel',
    kinds: 'Kinds',
  },
  treatment: {
    activation: 'Activation',
    mixed: 'mixed',
    initializer: 'Initialiser',
    optimizer: 'Optimiser',
    learningRate: 'Rate',
    batchSize: 'Batch',
    seed: 'Seed',
  },
  tryThis: {
    title: 'One thing to try',
    dilated: (now: number, then: number) =>
      `Spread the taps: the dilated net may look ${count(then)} px wide at its end, not ${count(now)}.`,
    residual: 'Give the net skip connections, and watch its fields stay small.',
    dendritic: 'One layer of dendritic units, which answer to “some” and not to “much”.',
    gates: 'Join pairs of units to AND gates and see what is left of the entropy.',
    go: 'Restart with it',
  },
  reads: {
    unit: (stage: string, channel: number) => `${stage}, channel ${count(channel)}`,
    at: (row: number, column: number) => ` at (${count(row)}, ${count(column)})`,
    sample: (index: number) => `in sample ${count(index)}`,
    label: (name: string) => `, a ${name}`,
    forClass: (name: string) => `, read for class ${name}`,
    imagesOnly:
      'This net reads two numbers, not an image: every input reaches every unit, so there is no field to measure.',
  },
  diverged: {
    go: (rate: number) => `Continue with rate ${Number(rate.toPrecision(3))}`,
  },
  error: { dismiss: 'Close this message', kept: 'Nothing that was loaded is lost.' },
  close: 'Close',
};
