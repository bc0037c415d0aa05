import { channelsFirst } from './benchLayout.js';

const BETA1 = 0.9;
const BETA2 = 0.999;

/** jax-js: the whole step, Adam included, in one jit. Functions there use their arguments up; `.ref` keeps one. */
export async function start(unit, { tier }) {
  const jax = await import('@jax-js/jax');
  const devices = await jax.init(tier);
  if (!devices.includes(tier)) throw new Error(`${tier} does not start here`);
  jax.defaultDevice(tier);
  const given = channelsFirst(unit);
  const array = (values, shape) => jax.numpy.array(values).reshape(shape);
  const weights = {};
  for (const { id, params } of given.nodes) {
    for (const [name, shape] of Object.entries(params)) {
      if (!name.startsWith('moving')) weights[`${id}/${name}`] = array(given.weights[`${id}/${name}`], shape);
    }
  }
  const x = array(given.inputs, [unit.batch, ...given.shape]);
  return unit.explains ? explain(jax, unit, given, weights, x) : train(jax, unit, given, weights, x);
}

function train(jax, unit, { nodes, labels }, weights, x) {
  const { numpy: np, nn, tree, jit, valueAndGrad } = jax;
  const y = nn.oneHot(np.array(Int32Array.from(labels), { dtype: np.int32 }), unit.classes);
  const lossOf = (w, inputs, truth) => {
    const logits = outputs(jax, nodes, w, inputs);
    return np.sum(nn.logSoftmax(logits, -1).mul(truth)).mul(-1 / unit.batch);
  };
  const step = jit((state, inputs, truth, rate, correction) => {
    const { w, m, v } = state;
    const [loss, g] = valueAndGrad(lossOf)(tree.ref(w), inputs, truth);
    const next = { w: {}, m: {}, v: {} };
    for (const name of Object.keys(w)) {
      next.m[name] = m[name].mul(BETA1).add(g[name].ref.mul(1 - BETA1));
      next.v[name] = v[name].mul(BETA2).add(np.square(g[name]).mul(1 - BETA2));
      const root = np.sqrt(next.v[name].ref).mul(correction.ref).add(1e-8);
      next.w[name] = w[name].sub(next.m[name].ref.mul(rate.ref).div(root));
    }
    rate.dispose();
    correction.dispose();
    return [next, loss];
  });
  const zeros = () => Object.fromEntries(Object.entries(weights).map(([name, { shape }]) => [name, np.zeros(shape)]));
  let state = { w: weights, m: zeros(), v: zeros() };
  let count = 0;
  return {
    note: 'the whole step in jit',
    async step() {
      count += 1;
      const rate = np.array(0.001 / (1 - BETA1 ** count));
      const correction = np.array(1 / Math.sqrt(1 - BETA2 ** count));
      const [next, loss] = step(state, x.ref, y.ref, rate, correction);
      state = next;
      const [value] = await loss.data();
      return value;
    },
  };
}

function explain(jax, unit, { nodes }, weights, x) {
  const { numpy: np, tree, jit, grad } = jax;
  const mask = np.array(Array.from({ length: unit.classes }, (_, i) => Number(i === 0)));
  const logit = (inputs, w, chosen) => np.sum(outputs(jax, nodes, w, inputs).mul(chosen));
  // Back to rows, columns, channels, as the others give it.
  const gradient = jit((inputs, w, chosen) => np.transpose(grad(logit)(inputs, w, chosen), [0, 2, 3, 1]));
  return {
    note: 'gradient in jit',
    step: () => gradient(x.ref, tree.ref(weights), mask.ref).data(),
  };
}

function outputs(jax, nodes, weights, x) {
  const values = new Map([['input', x]]);
  const left = new Map();
  for (const { from } of nodes) for (const id of from) left.set(id, (left.get(id) ?? 0) + 1);
  // The last one that reads a value uses it up.
  const take = (id) => {
    left.set(id, left.get(id) - 1);
    return left.get(id) > 0 ? values.get(id).ref : values.get(id);
  };
  for (const node of nodes) {
    values.set(
      node.id,
      apply(jax, node, node.from.map(take), (name) => weights[`${node.id}/${name}`]),
    );
  }
  return values.get(nodes.at(-1).id);
}

function apply({ numpy: np, nn, lax }, { kind, fn, stride = [1, 1], bias = true, shape }, [x, other], weight) {
  switch (kind) {
    case 'dense':
      return np.matmul(x, weight('kernel')).add(weight('bias'));
    case 'conv2d': {
      const z = lax.convGeneralDilated(x, weight('kernel'), stride, 'SAME');
      return bias ? z.add(weight('bias').reshape([1, -1, 1, 1])) : z;
    }
    case 'maxPool':
      return np.max(x.reshape([-1, shape[0], shape[1], 2, shape[2], 2]), [3, 5]);
    case 'flatten':
      return x.reshape([-1, shape[0]]);
    case 'globalAvgPool':
      return np.mean(x, [2, 3]);
    case 'add':
      return x.add(other);
    case 'activate':
      return fn === 'relu' ? nn.relu(x) : np.tanh(x);
    default: {
      const mean = np.mean(x.ref, [0, 2, 3], { keepdims: true });
      const centred = x.sub(mean);
      const variance = np.mean(np.square(centred.ref), [0, 2, 3], { keepdims: true });
      const scale = weight('gamma').reshape([1, -1, 1, 1]);
      return centred
        .div(np.sqrt(variance.add(1e-5)))
        .mul(scale)
        .add(weight('beta').reshape([1, -1, 1, 1]));
    }
  }
}
