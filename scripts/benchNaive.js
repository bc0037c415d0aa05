import { RESNET, resnetNodes, resnetPictures, resnetWeights } from './benchResnet.js';

// Explanations the plain way, on tfjs as it is installed: as many copies of the picture as there are conditions, every
// denominator computed anew for every copy and every map, and both halves of every split.

/** st(z) = z + ε·s(z), zero counts as positive. */
const EPSILON = 1e-6;

/** Tasks of `benchExplain.js` in plain tfjs; each returns its numbers, read back. */
export function naiveTasks(tf) {
  const nodes = resnetNodes().map((node, i, all) => ({ from: all[i - 1]?.id, ...node }));
  const params = foldedParams(tf, nodes);
  const pictures = (count) => tf.tensor(resnetPictures(count), [count, ...RESNET.shape]);

  const convolve = (x, kernel, { stride }) => tf.conv2d(x, kernel, stride, 'same');
  const linear = (node, x, kernel) => (node.kind === 'dense' ? tf.matMul(x, kernel) : convolve(x, kernel, node));

  function apply(node, inputs) {
    const { kernel, bias } = params.get(node.id) ?? {};
    if (kernel) return tf.add(linear(node, inputs[0], kernel), bias);
    if (node.kind === 'activate') return tf.relu(inputs[0]);
    if (node.kind === 'add') return tf.add(...inputs);
    if (node.kind === 'globalAvgPool') return tf.mean(inputs[0], [1, 2]);
    return inputs[0];
  }

  function forward(x) {
    const values = new Map([['input', x]]);
    for (const node of nodes) {
      values.set(
        node.id,
        apply(
          node,
          [node.from].flat().map((id) => values.get(id)),
        ),
      );
    }
    return values;
  }

  const stable = (z) => tf.sub(z, tf.mul(tf.step(tf.neg(z), -1), EPSILON));

  /** T(S; w), the transpose of `linear`. */
  const transposed = (node, share, kernel, { shape }) =>
    node.kind === 'dense'
      ? tf.matMul(share, kernel, false, true)
      : tf.conv2dTranspose(share, kernel, shape, node.stride, 'same');

  function backThrough(node, inputs, relevance) {
    const [x] = inputs;
    const { kernel, bias } = params.get(node.id) ?? {};
    const share = (z) => tf.div(relevance, stable(z));
    if (node.kind === 'add') {
      const s = share(tf.add(...inputs));
      return inputs.map((input) => tf.mul(input, s));
    }
    if (node.kind === 'globalAvgPool') {
      const [, height, width] = x.shape;
      const s = tf.div(share(tf.mean(x, [1, 2])), height * width);
      return [tf.mul(x, tf.reshape(s, [s.shape[0], 1, 1, s.shape[1]]))];
    }
    if (node.id === 'stem') {
      const ones = tf.onesLike(kernel);
      return [transposed(node, share(linear(node, tf.onesLike(x), ones)), ones, x)];
    }
    if (node.kind === 'dense') {
      const s = share(tf.add(linear(node, x, kernel), bias));
      return [tf.mul(x, transposed(node, s, kernel, x))];
    }
    if (!kernel) return [relevance];
    const negative = (t) => tf.sub(t, tf.relu(t));
    const halves = [
      [tf.relu(x), tf.relu(kernel)],
      [negative(x), negative(kernel)],
    ];
    const [up, down] = halves.map(([a, w]) => linear(node, a, w));
    const s = share(tf.add(tf.add(up, down), tf.relu(bias)));
    const [first, second] = halves.map(([a, w]) => tf.mul(a, transposed(node, s, w, a)));
    return [tf.add(first, second)];
  }

  /** Maps of the class's logit, [copies, 32, 32]; `masks` [copies, 1, 1, channels] at a node drop what goes past it. */
  function maps(x, classes, at, masks) {
    return tf.tidy(() => {
      const values = forward(x);
      const start = tf.mul(values.get('logits'), tf.oneHot(tf.tensor1d(classes, 'int32'), RESNET.classes));
      let pending = new Map([['logits', start]]);
      for (const node of nodes.toReversed()) {
        const arrived = pending.get(node.id);
        if (!arrived) continue;
        pending.delete(node.id);
        if (node.id === at) pending = new Map();
        const sources = [node.from].flat();
        const inputs = sources.map((id) => values.get(id));
        const given = backThrough(node, inputs, node.id === at ? tf.mul(arrived, masks) : arrived);
        for (const [i, id] of sources.entries()) {
          pending.set(id, pending.has(id) ? tf.add(pending.get(id), given[i]) : given[i]);
        }
      }
      return tf.sum(pending.get('input'), 3);
    });
  }

  const read = async (tensor) => {
    const values = await tensor.data();
    tensor.dispose();
    return values;
  };
  const logit = (values) => tf.sum(tf.slice(values.get('logits'), [0, RESNET.target], [-1, 1]));

  const run = {
    forward: (count) => {
      const x = pictures(count);
      return () => read(tf.tidy(() => forward(x).get('logits')));
    },
    lrp: (count) => {
      const x = pictures(count);
      return () => read(maps(x, Array(count).fill(RESNET.target)));
    },
    conditions: () => {
      const { channels, last, target } = RESNET;
      const masks = tf.reshape(tf.eye(channels), [channels, 1, 1, channels]);
      const x = tf.tile(pictures(1), [channels, 1, 1, 1]);
      return () => read(maps(x, Array(channels).fill(target), last, masks));
    },
    erf: (count) => {
      const x = pictures(count);
      const centre = (a) => tf.sum(tf.slice(forward(a).get(RESNET.fieldOf), [0, 4, 4, 0], [-1, 1, 1, -1]));
      return () => read(tf.tidy(() => tf.mean(tf.sum(tf.abs(tf.grad(centre)(x)), 3), 0)));
    },
    integratedGradients: (steps) => {
      const x = pictures(1);
      const at = Array.from({ length: steps }, (_, i) => (i + 0.5) / steps);
      const points = tf.mul(x, tf.tensor4d(at, [steps, 1, 1, 1]));
      const gradient = tf.grad((a) => logit(forward(a)));
      return () => read(tf.tidy(() => tf.sum(tf.mul(x, tf.mean(gradient(points), 0)), 3)));
    },
  };
  return run;
}

/** Kernel and bias of every convolution and dense layer, batch norms merged in. */
function foldedParams(tf, nodes) {
  const weights = resnetWeights();
  const params = new Map();
  for (const { kind, id, filters, size } of nodes) {
    if (kind === 'conv2d') {
      const values = weights[`${id}/kernel`];
      const [gamma, beta, mean, variance] = ['gamma', 'beta', 'movingMean', 'movingVariance'].map((name) =>
        tf.tensor1d(weights[`${id}.norm/${name}`]),
      );
      const scale = tf.mul(gamma, tf.rsqrt(tf.add(variance, 1e-5)));
      const shape = [...size, values.length / (size[0] * size[1] * filters), filters];
      params.set(id, { kernel: tf.mul(tf.tensor(values, shape), scale), bias: tf.sub(beta, tf.mul(mean, scale)) });
    }
    if (kind === 'dense') {
      const kernel = tf.tensor2d(weights[`${id}/kernel`], [
        weights[`${id}/kernel`].length / RESNET.classes,
        RESNET.classes,
      ]);
      params.set(id, { kernel, bias: tf.tensor1d(weights[`${id}/bias`]) });
    }
  }
  return params;
}
