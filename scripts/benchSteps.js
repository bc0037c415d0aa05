import { createRequire } from 'node:module';
import { noise } from './benchUnits.js';

/** One training step of our own library. */
export async function ownStep(library, unit, tier) {
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

/** tfjs as it is installed, on a tier. */
export async function plainTensorflow(tier) {
  const require = createRequire(import.meta.url);
  const tf = require('@tensorflow/tfjs');
  require('@tensorflow/tfjs-backend-wasm');
  if (!(await tf.setBackend(tier))) throw new Error(`${tier} does not start here`);
  return tf;
}

/** The same step with its own gradients and layers; the loss is read each step, as ours is. */
export async function layersStep(unit, tier) {
  const tf = await plainTensorflow(tier);
  const { inputs, labels } = noise(unit);
  const x = tf.tensor(inputs, [unit.batch, ...unit.shape]);
  const y = tf.oneHot(tf.tensor1d(labels, 'int32'), unit.classes);
  const model = tf.sequential({ layers: unit.layers(tf, unit.shape) });
  model.compile({ optimizer: tf.train.adam(0.001), loss: 'categoricalCrossentropy' });
  return () => model.trainOnBatch(x, y);
}
