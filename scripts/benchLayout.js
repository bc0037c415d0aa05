import { initialWeights, noise, spelledOut } from './benchUnits.js';

const product = (shape) => shape.reduce((a, b) => a * b, 1);

/** The numbers of an array in another order of its axes, as a Float32Array. */
export function transposed(values, shape, order) {
  const strides = shape.map((_, axis) => product(shape.slice(axis + 1)));
  const to = order.map((axis) => shape[axis]);
  const result = new Float32Array(values.length);
  const at = to.map(() => 0);
  for (let i = 0; i < result.length; i++) {
    result[i] = values[at.reduce((sum, k, axis) => sum + k * strides[order[axis]], 0)];
    for (let axis = to.length - 1; axis >= 0 && ++at[axis] === to[axis]; axis--) at[axis] = 0;
  }
  return result;
}

/**
 * A unit for engines that keep channels before rows and columns: its nodes with shapes and parameters' shapes in that order,
 * its samples, and its weights. Kernels of convolutions are [out, in, height, width]; those of dense layers [in, out], and
 * after a flatten their rows follow the new order of what they read.
 */
export function channelsFirst(unit) {
  const first = (shape) => (shape.length === 3 ? [shape[2], shape[0], shape[1]] : shape);
  const weights = initialWeights(unit);
  const given = noise(unit);
  const all = spelledOut(unit);
  const nodes = all.map((node) => {
    const params = { ...node.params };
    const key = `${node.id}/kernel`;
    if (node.kind === 'conv2d') {
      weights[key] = transposed(weights[key], params.kernel, [3, 2, 0, 1]);
      params.kernel = [3, 2, 0, 1].map((axis) => params.kernel[axis]);
    }
    const source = all.find(({ id }) => id === node.from[0]);
    if (node.kind === 'dense' && source?.kind === 'flatten') {
      weights[key] = transposed(weights[key], [...source.given, node.units], [2, 0, 1, 3]);
    }
    return { ...node, params, given: first(node.given), shape: first(node.shape) };
  });
  const inputs =
    unit.shape.length === 3 ? transposed(given.inputs, [unit.batch, ...unit.shape], [0, 3, 1, 2]) : given.inputs;
  return { nodes, weights, inputs, labels: given.labels, shape: first(unit.shape) };
}
