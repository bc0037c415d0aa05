import { activations, type Network, type NetworkNode } from '#src';

/** Numbers in double precision, row-major, batch first. */
export interface Plain {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

export type PlainWeights = Readonly<Record<string, ArrayLike<number>>>;

export const sizeOfPlain = (shape: readonly number[]) => shape.reduce((product, n) => product * n, 1);

export function plainZeros(shape: readonly number[]): Plain {
  return { shape, data: new Float64Array(sizeOfPlain(shape)) };
}

type Four = readonly [number, number, number, number];

/** Shape as [batch, height, width, channels]; a flat one counts as one pixel. */
export function asImage({ shape }: Plain): Four {
  return (shape.length === 4 ? shape : [shape[0]!, 1, 1, shape[1]!]) as unknown as Four;
}

/** Row-major position in an image. */
export const at = ([, h, w, c]: Four, n: number, y: number, x: number, k: number) => ((n * h + y) * w + x) * c + k;

interface PlainWindow {
  readonly size: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly before: readonly [number, number];
}

/** The window of a node on an image of this size; 'same' as TensorFlow defines it, the odd pixel after the image. */
export function plainWindow(node: NetworkNode, height: number, width: number): PlainWindow {
  const {
    size,
    stride,
    dilation = [1, 1],
    padding,
  } = node.options as unknown as Omit<PlainWindow, 'before'> & {
    padding: 'same' | 'valid' | Four;
  };
  const before = [height, width].map((length, axis) => {
    if (padding === 'valid') return 0;
    if (padding !== 'same') return padding[2 * axis]!;
    const out = Math.ceil(length / stride[axis]!);
    const needed = (out - 1) * stride[axis]! + dilation[axis]! * (size[axis]! - 1) + 1;
    return Math.floor(Math.max(needed - length, 0) / 2);
  });
  return { size, stride, dilation, before: before as unknown as readonly [number, number] };
}

/** Calls `visit` for every output position and every tap whose pixel lies inside the image. */
export function eachTap(
  node: NetworkNode,
  input: Four,
  output: Four,
  visit: (place: { n: number; oy: number; ox: number; ky: number; kx: number; y: number; x: number }) => void,
): void {
  const { size, stride, dilation, before } = plainWindow(node, input[1], input[2]);
  for (let n = 0; n < output[0]; n++)
    for (let oy = 0; oy < output[1]; oy++)
      for (let ox = 0; ox < output[2]; ox++)
        for (let ky = 0; ky < size[0]; ky++)
          for (let kx = 0; kx < size[1]; kx++) {
            const y = oy * stride[0] - before[0] + ky * dilation[0];
            const x = ox * stride[1] - before[1] + kx * dilation[1];
            if (y >= 0 && y < input[1] && x >= 0 && x < input[2]) visit({ n, oy, ox, ky, kx, y, x });
          }
}

type Weights = Readonly<Record<string, ArrayLike<number>>>;

/** F(x; w, b) of a linear node by its definition. */
export function plainLinear(node: NetworkNode, x: Plain, kernel: ArrayLike<number>, bias?: ArrayLike<number>): Plain {
  const y = plainZeros([x.shape[0]!, ...node.shape]);
  const channels = node.shape.at(-1)!;
  if (node.kind === 'dense') {
    const inputs = x.shape[1]!;
    for (let n = 0; n < x.shape[0]!; n++)
      for (let i = 0; i < inputs; i++)
        for (let o = 0; o < channels; o++)
          y.data[n * channels + o]! += x.data[n * inputs + i]! * kernel[i * channels + o]!;
  } else {
    const [input, output] = [asImage(x), asImage(y)];
    const width = (node.options.size as readonly number[])[1]!;
    const each = node.kind === 'depthwiseConv2d' ? channels / input[3] : channels;
    eachTap(node, input, output, ({ n, oy, ox, ky, kx, y: iy, x: ix }) => {
      for (let c = 0; c < input[3]; c++)
        for (let j = 0; j < each; j++) {
          const o = node.kind === 'depthwiseConv2d' ? c * each + j : j;
          const w = kernel[((ky * width + kx) * input[3] + c) * each + j]!;
          y.data[at(output, n, oy, ox, o)]! += w * x.data[at(input, n, iy, ix, c)]!;
        }
    });
  }
  if (bias) y.data.forEach((_, i) => (y.data[i]! += bias[i % channels]!));
  return y;
}

function pool(node: NetworkNode, x: Plain): Plain {
  const y = plainZeros([x.shape[0]!, ...node.shape]);
  const counts = new Float64Array(y.data.length);
  if (node.kind === 'maxPool') y.data.fill(-Infinity);
  const [input, output] = [asImage(x), asImage(y)];
  eachTap(node, input, output, (p) => {
    for (let c = 0; c < input[3]; c++) {
      const o = at(output, p.n, p.oy, p.ox, c);
      const value = x.data[at(input, p.n, p.y, p.x, c)]!;
      if (node.kind === 'maxPool') y.data[o] = Math.max(y.data[o]!, value);
      else y.data[o]! += value;
      counts[o]! += 1;
    }
  });
  if (node.kind === 'avgPool') y.data.forEach((sum, i) => (y.data[i] = sum / counts[i]!));
  return y;
}

/** Mean and biased variance of every channel over batch and positions. */
export function plainMoments({ shape, data }: Plain): { mean: Float64Array; variance: Float64Array } {
  const channels = shape.at(-1)!;
  const count = data.length / channels;
  const mean = new Float64Array(channels);
  const variance = new Float64Array(channels);
  data.forEach((v, i) => (mean[i % channels]! += v / count));
  data.forEach((v, i) => (variance[i % channels]! += (v - mean[i % channels]!) ** 2 / count));
  return { mean, variance };
}

function normalize(node: NetworkNode, x: Plain, weights: Weights, isTraining: boolean): Plain {
  const { mean, variance } = isTraining
    ? plainMoments(x)
    : { mean: weights.movingMean!, variance: weights.movingVariance! };
  const channels = x.shape.at(-1)!;
  const data = x.data.map((v, i) => {
    const c = i % channels;
    const scaled = (v - mean[c]!) / Math.sqrt(variance[c]! + (node.options.epsilon as number));
    return scaled * weights.gamma![c]! + weights.beta![c]!;
  });
  return { shape: x.shape, data };
}

/** The shape parameters of an activation node at one output channel: shared, or kept per channel. */
export function plainSettings(node: NetworkNode, weights: Weights, channel: number): Record<string, number> {
  const { params } = activations.get(node.options.fn as string);
  return Object.fromEntries(
    Object.keys(params).map((key) => [key, weights[key]![weights[key]!.length === 1 ? 0 : channel]!]),
  );
}

function activate(node: NetworkNode, x: Plain, weights: Weights): Plain {
  const activation = activations.get(node.options.fn as string);
  const y = plainZeros([x.shape[0]!, ...node.shape]);
  const channels = node.shape.at(-1)!;
  y.data.forEach((_, i) => {
    const group = Array.from({ length: activation.arity }, (_, k) => x.data[i * activation.arity + k]!);
    y.data[i] = activation.scalar(group, plainSettings(node, weights, i % channels));
  });
  return y;
}

function concat(inputs: readonly Plain[]): Plain {
  const channels = inputs.map(({ shape }) => shape.at(-1)!);
  const total = channels.reduce((a, b) => a + b, 0);
  const y = plainZeros([...inputs[0]!.shape.slice(0, -1), total]);
  let offset = 0;
  inputs.forEach(({ data }, k) => {
    const own = channels[k]!;
    data.forEach((v, i) => (y.data[Math.floor(i / own) * total + offset + (i % own)] = v));
    offset += own;
  });
  return y;
}

function upsample(node: NetworkNode, x: Plain): Plain {
  const y = plainZeros([x.shape[0]!, ...node.shape]);
  const [fy, fx] = node.options.factor as readonly [number, number];
  const [input, output] = [asImage(x), asImage(y)];
  for (let n = 0; n < output[0]; n++)
    for (let oy = 0; oy < output[1]; oy++)
      for (let ox = 0; ox < output[2]; ox++)
        for (let c = 0; c < output[3]; c++)
          y.data[at(output, n, oy, ox, c)] = x.data[at(input, n, Math.floor(oy / fy), Math.floor(ox / fx), c)]!;
  return y;
}

function globalMean(node: NetworkNode, x: Plain): Plain {
  const y = plainZeros([x.shape[0]!, ...node.shape]);
  const [, height, width, channels] = asImage(x);
  x.data.forEach((v, i) => {
    const n = Math.floor(i / (height * width * channels));
    y.data[n * channels + (i % channels)]! += v / (height * width);
  });
  return y;
}

/** One node by its definition. */
export function plainNode(node: NetworkNode, inputs: readonly Plain[], weights: Weights, isTraining = false): Plain {
  const [x] = inputs as readonly [Plain];
  switch (node.kind) {
    case 'dense':
    case 'conv2d':
    case 'depthwiseConv2d':
      return plainLinear(node, x, weights.kernel!, weights.bias);
    case 'maxPool':
    case 'avgPool':
      return pool(node, x);
    case 'globalAvgPool':
      return globalMean(node, x);
    case 'batchNorm':
      return normalize(node, x, weights, isTraining);
    case 'activate':
      return activate(node, x, weights);
    case 'flatten':
      return { shape: [x.shape[0]!, sizeOfPlain(node.shape)], data: x.data };
    case 'add':
      return { shape: x.shape, data: x.data.map((_, i) => inputs.reduce((sum, { data }) => sum + data[i]!, 0)) };
    case 'concat':
      return concat(inputs);
    case 'upsample':
      return upsample(node, x);
    case 'dropout':
      return x;
    default:
      throw new Error(`internal: the plain net does not know ${node.kind}`);
  }
}

/** Weights of one node by parameter name. A linear node declared without a bias gets one from a folded batch norm. */
export function weightsOf(node: NetworkNode, weights: PlainWeights): Weights {
  const names = [...Object.keys(node.params), ...(node.params.kernel && !node.params.bias ? ['bias'] : [])];
  const found = names.map((param) => [param, weights[`${node.id}/${param}`]] as const);
  return Object.fromEntries(found.flatMap(([param, values]) => (values ? [[param, values]] : [])));
}

export interface PlainForwardOptions {
  readonly isTraining?: boolean;
  /** Takes the place of a node's own output. */
  readonly replace?: (node: NetworkNode, value: Plain) => Plain;
}

/** Every node's value in float64 loops; the second opinion on `forward`. Dropout is off. */
export function plainForward(
  net: Network,
  weights: PlainWeights,
  x: Plain,
  { isTraining = false, replace = (_, value) => value }: PlainForwardOptions = {},
): Map<string, Plain> {
  const values = new Map<string, Plain>([['input', x]]);
  for (const node of net.nodes) {
    const inputs = node.from.map((id) => values.get(id)!);
    values.set(node.id, replace(node, plainNode(node, inputs, weightsOf(node, weights), isTraining)));
  }
  return values;
}
