import { createRequire } from 'node:module';
import { initialWeights, noise, spelledOut } from './benchUnits.js';

/** tfjs as it is installed, on a tier. */
export async function plainTensorflow(tier) {
  const require = createRequire(import.meta.url);
  const tf = require('@tensorflow/tfjs');
  require('@tensorflow/tfjs-backend-wasm');
  if (!(await tf.setBackend(tier))) throw new Error(`${tier} does not start here`);
  return tf;
}

/**
 * tfjs, op by op, with its own gradients and its own Adam. Its wasm tier has no filter gradient of convolutions: there it
 * trains with ours, composed of its forward convolutions.
 */
export async function start(unit, { tier, library }) {
  const composed = tier === 'wasm' && !unit.explains;
  if (composed) await library.startEngine({ tier, selfCheck: false });
  const tf = composed ? library.tf : await plainTensorflow(tier);
  const run = unit.explains ? explain(tf, unit) : train(tf, unit);
  return composed ? { ...run, note: 'gradients of convolutions composed by us' } : run;
}

function outputs(tf, nodes, weights, x) {
  const values = new Map([['input', x]]);
  for (const node of nodes) {
    values.set(
      node.id,
      apply(
        tf,
        node,
        node.from.map((id) => values.get(id)),
        (name) => weights.get(`${node.id}/${name}`),
      ),
    );
  }
  return values.get(nodes.at(-1).id);
}

function apply(tf, { kind, fn, stride = [1, 1], bias = true }, [x, other], weight) {
  const withBias = (z) => (bias ? tf.add(z, weight('bias')) : z);
  switch (kind) {
    case 'dense':
      return withBias(tf.matMul(x, weight('kernel')));
    case 'conv2d':
      return withBias(tf.conv2d(x, weight('kernel'), stride, 'same'));
    case 'maxPool':
      return tf.maxPool(x, 2, 2, 'valid');
    case 'flatten':
      return tf.reshape(x, [x.shape[0], -1]);
    case 'globalAvgPool':
      return tf.mean(x, [1, 2]);
    case 'add':
      return tf.add(x, other);
    case 'activate':
      return tf[fn](x);
    default:
      return batchNorm(tf, x, weight);
  }
}

function batchNorm(tf, x, weight) {
  const { mean, variance } = tf.moments(x, [0, 1, 2]);
  const follow = (name, now) => weight(name).assign(tf.add(tf.mul(weight(name), 0.9), tf.mul(now, 0.1)));
  const rows = x.size / x.shape.at(-1);
  follow('movingMean', mean);
  follow('movingVariance', tf.mul(variance, rows / (rows - 1)));
  return tf.batchNorm(x, mean, variance, weight('beta'), weight('gamma'), 1e-5);
}

function variables(tf, unit) {
  const initial = initialWeights(unit);
  return new Map(
    spelledOut(unit).flatMap(({ id, params }) =>
      Object.entries(params).map(([name, shape]) => {
        const key = `${id}/${name}`;
        return [key, tf.variable(tf.tensor(initial[key], shape), !name.startsWith('moving'))];
      }),
    ),
  );
}

function train(tf, unit) {
  const { inputs, labels } = noise(unit);
  const x = tf.tensor(inputs, [unit.batch, ...unit.shape]);
  const y = tf.cast(tf.oneHot(tf.tensor1d(labels, 'int32'), unit.classes), 'float32');
  const nodes = spelledOut(unit);
  const weights = variables(tf, unit);
  const trained = [...weights.values()].filter(({ trainable }) => trainable);
  const adam = tf.train.adam(0.001, 0.9, 0.999, 1e-8);
  const loss = () => tf.losses.softmaxCrossEntropy(y, outputs(tf, nodes, weights, x));
  return {
    async step() {
      const value = adam.minimize(loss, true, trained);
      const [read] = await value.data();
      value.dispose();
      return read;
    },
  };
}

function explain(tf, unit) {
  const nodes = spelledOut(unit);
  const weights = variables(tf, unit);
  const x = tf.tensor(noise(unit).inputs, [unit.batch, ...unit.shape]);
  const gradient = tf.grad((a) => tf.sum(tf.slice(outputs(tf, nodes, weights, a), [0, 0], [-1, 1])));
  return {
    async step() {
      const found = tf.tidy(() => gradient(x));
      const values = await found.data();
      found.dispose();
      return values;
    },
  };
}
