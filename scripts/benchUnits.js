import { resnetNodes } from './benchResnet.js';
import { uniformFrom } from './uniformFrom.js';

const dense = (units) => ({ kind: 'dense', units });
const activate = (fn) => ({ kind: 'activate', fn });
const conv = (filters, stride = 1) => [
  { kind: 'conv2d', filters, size: [3, 3], stride: [stride, stride] },
  activate('relu'),
];
const hidden = (count, units) => Array.from({ length: count }, () => [dense(units), activate('tanh')]).flat();

const points = { shape: [2], classes: 2, batch: 32 };
const pictures = {
  shape: [16, 16, 3],
  classes: 10,
  batch: 64,
  nodes: [
    ...conv(16),
    ...conv(16, 2),
    { kind: 'maxPool' },
    ...conv(32),
    { kind: 'flatten' },
    { ...dense(10), id: 'logits' },
  ],
};

/** Units of work: one training step, or the gradient of one logit with respect to the pictures ("explains"). */
const main = [
  { name: 'MLP-S', ...points, nodes: [...hidden(2, 8), dense(2)] },
  { name: 'CNN-S', ...pictures },
  { name: 'CNN-M', shape: [32, 32, 3], classes: 10, batch: 64, nodes: resnetNodes(2) },
  { name: 'EXP-1', ...pictures, batch: 1, explains: true },
  { name: 'EXP-64', ...pictures, explains: true },
];

// Widths of two hidden layers that come to 10² … 3·10⁶ parameters.
const widths = [8, 29, 97, 313, 997, 1729].map((width) => ({
  name: `width-${width}`,
  ...points,
  nodes: [...hidden(2, width), dense(2)],
}));

const depths = [4, 10, 30, 100, 200].map((layers) => ({
  name: `depth-${layers}`,
  ...points,
  nodes: [...hidden(layers - 1, 16), dense(2)],
}));

/** How step time and memory grow with parameters and with layers. */
export const GROWTH = [...widths, ...depths].map((unit) => ({ ...unit, grows: true }));
export const UNITS = [...main, ...GROWTH];

/**
 * The nodes of a unit with everything said: id, the nodes it reads (the input is 'input'), the shape of what it gives, and the
 * shapes of its parameters, kernels [in, out] or [height, width, in, out].
 */
export function spelledOut(unit) {
  const shapes = new Map([['input', unit.shape]]);
  let last = 'input';
  return unit.nodes.map((node, i) => {
    const id = node.id ?? `n${i + 1}`;
    const from = [node.from ?? last].flat();
    const given = shapes.get(from[0]);
    const { shape, params = {} } = sizes(node, given);
    shapes.set(id, shape);
    last = id;
    return { ...node, id, from, given, shape, params };
  });
}

const product = (shape) => shape.reduce((a, b) => a * b, 1);

function sizes({ kind, units, filters, size, stride = [1, 1], bias = true }, given) {
  const channels = given.at(-1);
  switch (kind) {
    case 'dense':
      return { shape: [units], params: { kernel: [channels, units], bias: [units] } };
    case 'conv2d':
      return {
        shape: [Math.ceil(given[0] / stride[0]), Math.ceil(given[1] / stride[1]), filters],
        params: { kernel: [...size, channels, filters], ...(bias ? { bias: [filters] } : {}) },
      };
    case 'maxPool':
      return { shape: [given[0] / 2, given[1] / 2, channels] };
    case 'batchNorm':
      return {
        shape: given,
        params: { gamma: [channels], beta: [channels], movingMean: [channels], movingVariance: [channels] },
      };
    case 'flatten':
      return { shape: [product(given)] };
    case 'globalAvgPool':
      return { shape: [channels] };
    default:
      return { shape: given };
  }
}

const STARTS = { beta: 0, bias: 0, gamma: 1, movingMean: 0, movingVariance: 1 };

/** Initial weights by "node/param", the same for every engine: kernels uniform, as Glorot and Bengio 2010 or He et al. 2015. */
export function initialWeights(unit) {
  const uniform = uniformFrom(3);
  const isRelu = unit.nodes.some(({ fn }) => fn === 'relu');
  const weights = {};
  for (const { id, params } of spelledOut(unit)) {
    for (const [name, shape] of Object.entries(params)) {
      const values = new Float32Array(product(shape)).fill(STARTS[name] ?? 0);
      if (name === 'kernel') {
        const fanIn = product(shape.slice(0, -1));
        const fanOut = product(shape) / shape.at(-2);
        const bound = Math.sqrt(6 / (isRelu ? fanIn : fanIn + fanOut));
        values.forEach((_, i) => (values[i] = bound * (2 * uniform() - 1)));
      }
      weights[`${id}/${name}`] = values;
    }
  }
  return weights;
}

/** Trained parameters of a unit. */
export function parametersOf(unit) {
  const trained = spelledOut(unit).flatMap(({ params }) =>
    Object.entries(params).filter(([name]) => !name.startsWith('moving')),
  );
  return trained.reduce((sum, [, shape]) => sum + product(shape), 0);
}

/** Noise as samples, the same for every engine: the time of a step does not depend on what it learns. */
export function noise({ shape, classes, batch }) {
  const uniform = uniformFrom(1);
  return {
    inputs: Float32Array.from({ length: batch * product(shape) }, uniform),
    labels: Int32Array.from({ length: batch }, () => Math.floor(classes * uniform())),
  };
}
