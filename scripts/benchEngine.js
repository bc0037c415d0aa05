import { createRequire } from 'node:module';
import { noise, UNITS } from './benchUnits.js';

// One engine in a process of its own: two copies of tfjs in one program share their kernels, and the plain one would
// train with ours. The parent sends { unit, tier } to prepare and 'run' to time.
const RUN_MS = 1500;
const MOST = 30;
const [, , engine, libraryUrl] = process.argv;
// The greeting of tfjs would stand between the lines of the table.
console.warn = () => undefined;

async function ownStep(unit, tier) {
  const library = await import(libraryUrl);
  const started = await library.startEngine({ tier, selfCheck: false });
  if (started.tier !== tier) throw new Error(`${tier} does not start here`);
  const samples = { ...noise(unit), count: unit.batch };
  const classes = Array.from({ length: unit.classes }, (_, i) => String(i));
  const data = { id: 'noise', title: 'Noise', shape: unit.shape, classes, train: samples, test: samples, units: '' };
  const model = library.build(library.network(unit.shape, unit.nodes), { seed: 1 });
  const trainer = library.startTraining(model, data, { batchSize: unit.batch, optimizer: 'adam', seed: 1 });
  return async () => {
    await trainer.advance();
    await trainer.losses();
  };
}

/** tfjs as it is installed, with its own gradients and layers; the loss is read each step, as ours is. */
async function layersStep(unit, tier) {
  const require = createRequire(import.meta.url);
  const tf = require('@tensorflow/tfjs');
  require('@tensorflow/tfjs-backend-wasm');
  if (!(await tf.setBackend(tier))) throw new Error(`${tier} does not start here`);
  const { inputs, labels } = noise(unit);
  const x = tf.tensor(inputs, [unit.batch, ...unit.shape]);
  const y = tf.oneHot(tf.tensor1d(labels, 'int32'), unit.classes);
  const model = tf.sequential({ layers: unit.layers(tf, unit.shape) });
  model.compile({ optimizer: tf.train.adam(0.001), loss: 'categoricalCrossentropy' });
  return () => model.trainOnBatch(x, y);
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** Median milliseconds per step of at most 30 blocks or 1.5 s; at least one block. */
async function timeRun(step, block) {
  const times = [];
  const start = performance.now();
  while (times.length < MOST && (times.length === 0 || performance.now() - start < RUN_MS)) {
    const from = performance.now();
    for (let i = 0; i < block; i++) await step();
    times.push((performance.now() - from) / block);
  }
  return median(times);
}

let step;
let unit;
process.on('message', async (message) => {
  try {
    if (message !== 'run') {
      unit = UNITS.find(({ name }) => name === message.unit);
      step = await (engine === 'own' ? ownStep : layersStep)(unit, message.tier);
    }
    // The first run after preparing warms up.
    process.send({ ms: await timeRun(step, unit.block) });
  } catch (error) {
    process.send({ reason: String(error.message).split('\n')[0].slice(0, 100) });
  }
});
