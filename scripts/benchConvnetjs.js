import { createRequire } from 'node:module';
import { initialWeights, noise, spelledOut } from './benchUnits.js';

const BETA1 = 0.9;
const BETA2 = 0.999;

/**
 * convnetjs, sample by sample as it works. The package's trainer knows no Adam: here Adam is a plain loop over the parameters
 * and gradients the net hands out.
 */
export async function start(unit) {
  const { Net, Vol } = createRequire(import.meta.url)('convnetjs');
  const nodes = spelledOut(unit);
  const net = new Net();
  net.makeLayers(layersOf(unit, nodes));
  writeWeights(net, nodes, initialWeights(unit));
  const samples = samplesOf(unit, Vol);
  const { labels } = noise(unit);
  const update = adam(net, unit.batch);
  return {
    note: 'Adam by a plain loop: the package has none',
    step() {
      let loss = 0;
      for (let i = 0; i < samples.length; i++) {
        net.forward(samples[i], true);
        loss += net.backward(labels[i]);
      }
      update();
      return loss / samples.length;
    },
  };
}

function layersOf({ shape, classes }, nodes) {
  const [height, width, channels] = shape.length === 3 ? shape : [1, 1, shape[0]];
  const layers = [{ type: 'input', out_sx: width, out_sy: height, out_depth: channels }];
  for (const { kind, fn, units, filters, stride = [1, 1] } of nodes.slice(0, -1)) {
    if (kind === 'dense') layers.push({ type: 'fc', num_neurons: units });
    else if (kind === 'conv2d') layers.push({ type: 'conv', sx: 3, filters, stride: stride[0], pad: 1 });
    else if (kind === 'maxPool') layers.push({ type: 'pool', sx: 2, stride: 2 });
    else if (kind === 'activate') layers.push({ type: fn });
  }
  return [...layers, { type: 'softmax', num_classes: classes }];
}

// With a stride of 2 it pads before the picture where the others pad after it: so pictures, kernels and the order of the
// dense layer's inputs are turned by 180 degrees, and its numbers are theirs.
function turned(values, channels) {
  const pixels = values.length / channels;
  return Float64Array.from(values, (_, i) => {
    const pixel = Math.floor(i / channels);
    return values[(pixels - 1 - pixel) * channels + (i % channels)];
  });
}

function samplesOf(unit, Vol) {
  const { inputs } = noise(unit);
  const [height, width, channels] = unit.shape.length === 3 ? unit.shape : [1, 1, unit.shape[0]];
  const size = inputs.length / unit.batch;
  return Array.from({ length: unit.batch }, (_, n) => {
    const vol = new Vol(width, height, channels, 0);
    vol.w.set(turned(inputs.subarray(n * size, (n + 1) * size), channels));
    return vol;
  });
}

function writeWeights(net, nodes, weights) {
  const own = net.layers.filter(({ filters }) => filters);
  const theirs = nodes.filter(({ params }) => params.kernel);
  theirs.forEach(({ id, params, from }, i) => {
    const { filters, biases } = own[i];
    const kernel = weights[`${id}/kernel`];
    const outputs = params.kernel.at(-1);
    const flattened = nodes.find((node) => node.id === from[0] && node.kind === 'flatten');
    const channels = params.kernel.length === 4 ? params.kernel[2] : (flattened?.given.at(-1) ?? params.kernel[0]);
    filters.forEach((filter, k) => {
      filter.w.set(
        turned(
          kernel.filter((_, j) => j % outputs === k),
          channels,
        ),
      );
    });
    biases.w.set(weights[`${id}/bias`]);
  });
}

function adam(net, batch) {
  const groups = net.getParamsAndGrads().map(({ params, grads }) => ({
    params,
    grads,
    m: new Float64Array(params.length),
    v: new Float64Array(params.length),
  }));
  let step = 0;
  return () => {
    step += 1;
    const rate = 0.001 / (1 - BETA1 ** step);
    const correction = 1 / Math.sqrt(1 - BETA2 ** step);
    for (const { params, grads, m, v } of groups) {
      for (let i = 0; i < params.length; i++) {
        const g = grads[i] / batch;
        m[i] = BETA1 * m[i] + (1 - BETA1) * g;
        v[i] = BETA2 * v[i] + (1 - BETA2) * g * g;
        params[i] -= (rate * m[i]) / (correction * Math.sqrt(v[i]) + 1e-8);
        grads[i] = 0;
      }
    }
  };
}
