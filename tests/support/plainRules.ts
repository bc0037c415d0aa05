import { activations, type NetworkNode } from '#src';
import { asImage, at, eachTap, plainSettings, plainZeros, type Plain } from './plainNet.ts';

type Numbers = ArrayLike<number>;

/** A rule as plain data; what is not given has the value of the specification. */
export interface PlainRule {
  readonly id: string;
  readonly options?: Readonly<Record<string, unknown>>;
}

const DEFAULTS = { eps: 1e-6, zeroBias: false, beta: 1, gamma: 0.25, low: 0, high: 1 };

/** What a rule hands on, and what stays behind in biases and stabilisers, all samples together. */
export interface PlainTaken {
  readonly inputs: readonly Plain[];
  readonly bias: number;
  readonly stabilizer: number;
}

/** st(z) = z + ε·s(z): zero counts as positive. */
const stabilized = (z: number, eps: number) => z + (z >= 0 ? eps : -eps);
const up = (v: number) => Math.max(v, 0);
const down = (v: number) => Math.min(v, 0);

type Visit = (input: number, output: number, weight: number) => void;

/** Every wire of a linear node: from one input number to one output number, with its weight. */
function eachWire(node: NetworkNode, x: Plain, y: Plain, kernel: Numbers, visit: Visit): void {
  const [input, output] = [asImage(x), asImage(y)];
  if (node.kind === 'dense') {
    for (let n = 0; n < input[0]; n++)
      for (let i = 0; i < input[3]; i++)
        for (let o = 0; o < output[3]; o++) visit(n * input[3] + i, n * output[3] + o, kernel[i * output[3] + o]!);
    return;
  }
  const width = (node.options.size as readonly number[])[1]!;
  const isDeep = node.kind === 'depthwiseConv2d';
  const each = isDeep ? output[3] / input[3] : output[3];
  eachTap(node, input, output, (p) => {
    for (let c = 0; c < input[3]; c++)
      for (let j = 0; j < each; j++) {
        const w = kernel[((p.ky * width + p.kx) * input[3] + c) * each + j]!;
        visit(at(input, p.n, p.y, p.x, c), at(output, p.n, p.oy, p.ox, isDeep ? c * each + j : j), w);
      }
  });
}

/** One way to split an output's relevance: weight · part_i / st(Σ parts + bias). */
interface Term {
  readonly weight: number;
  part(x: number, w: number): number;
  bias(b: number): number;
}

const whole: Term = { weight: 1, part: (x, w) => x * w, bias: (b) => b };

/** The terms of a rule at an output whose sum, bias included, is `z`. */
function termsOf(id: string, z: number, { beta, gamma: g, low, high }: typeof DEFAULTS): Term[] {
  const agreeing: Term = { weight: 1, part: (x, w) => up(x * w), bias: up };
  switch (id) {
    case 'epsilon':
      return [whole];
    case 'zPlus':
      return [agreeing];
    case 'alphaBeta':
      return [
        { ...agreeing, weight: 1 + beta },
        { weight: -beta, part: (x, w) => down(x * w), bias: down },
      ];
    case 'gamma': {
      // What has the sign of the output counts 1 + γ times; an output of 0 has no sign.
      if (z === 0) return [];
      const favoured = z > 0 ? up : down;
      return [{ weight: 1, part: (x, w) => x * w + g * favoured(x * w), bias: (b) => b + g * favoured(b) }];
    }
    case 'wSquare':
      return [{ weight: 1, part: (_, w) => w * w, bias: (b) => b * b }];
    case 'flat':
      return [{ weight: 1, part: () => 1, bias: () => 0 }];
    case 'zBox':
      return [{ weight: 1, part: (x, w) => x * w - low * up(w) - high * down(w), bias: () => 0 }];
    default:
      throw new Error(`internal: the plain net does not know ${id} at linear nodes`);
  }
}

/** Relevance through a linear node, output by output and wire by wire. */
function linear(node: NetworkNode, rule: PlainRule, x: Plain, r: Plain, weights: Record<string, Numbers>): PlainTaken {
  const settings = { ...DEFAULTS, ...rule.options } as typeof DEFAULTS;
  const input = plainZeros(x.shape);
  const wires = Array.from(r.data, () => [] as { readonly i: number; readonly w: number }[]);
  eachWire(node, x, r, weights.kernel!, (i, o, w) => wires[o]!.push({ i, w }));
  const held = { bias: 0, stabilizer: 0 };
  const channels = node.shape.at(-1)!;
  r.data.forEach((R, o) => {
    const b = weights.bias?.[o % channels] ?? 0;
    const all = wires[o]!;
    if (rule.id === 'gradient') {
      for (const { i, w } of all) input.data[i]! += w * R;
      return;
    }
    const z = all.reduce((sum, { i, w }) => sum + x.data[i]! * w, b);
    for (const { weight, part, bias } of termsOf(rule.id, z, settings)) {
      const constant = settings.zeroBias ? 0 : bias(b);
      const sum = all.reduce((s, { i, w }) => s + part(x.data[i]!, w), constant);
      const share = (weight * R) / stabilized(sum, settings.eps);
      for (const { i, w } of all) input.data[i]! += part(x.data[i]!, w) * share;
      held.bias += constant * share;
      held.stabilizer += (stabilized(sum, settings.eps) - sum) * share;
    }
  });
  return { inputs: [input], ...held };
}

/** A derivative: which input, input number, output number, slope. */
type Slope = readonly [k: number, i: number, o: number, slope: number];

/** Central differences of the activation's own definition; at a kink, from the left. */
function activationSlopes(node: NetworkNode, x: Plain, y: Plain, weights: Record<string, Numbers>): Slope[] {
  const { arity, kinks, scalar } = activations.get(node.options.fn as string);
  const h = 1e-6;
  return Array.from(y.data).flatMap((_, o) => {
    const group = Array.from({ length: arity }, (_, k) => x.data[o * arity + k]!);
    const settings = plainSettings(node, weights, o % node.shape.at(-1)!);
    const moved = (k: number, by: number) => scalar(group.with(k, group[k]! + by), settings);
    return group.map((v, k): Slope => {
      const right = kinks.includes(v) || (arity > 1 && v === 0) ? 0 : h;
      return [0, o * arity + k, o, (moved(k, right) - moved(k, -h)) / (right + h)];
    });
  });
}

/** Slopes ∂y_o/∂x_i of every node but the linear ones. */
function slopes(node: NetworkNode, inputs: readonly Plain[], y: Plain, weights: Record<string, Numbers>): Slope[] {
  const [x] = inputs as readonly [Plain];
  const [input, output] = [asImage(x), asImage(y)];
  const found: Slope[] = [];
  switch (node.kind) {
    case 'activate':
      return activationSlopes(node, x, y, weights);
    case 'batchNorm':
      x.data.forEach((_, i) => {
        const c = i % input[3];
        const deviation = Math.sqrt(weights.movingVariance![c]! + (node.options.epsilon as number));
        found.push([0, i, i, weights.gamma![c]! / deviation]);
      });
      return found;
    case 'add':
      inputs.forEach(({ data }, k) => data.forEach((_, i) => found.push([k, i, i, 1])));
      return found;
    case 'concat': {
      let offset = 0;
      inputs.forEach(({ data, shape }, k) => {
        const own = shape.at(-1)!;
        data.forEach((_, i) => found.push([k, i, Math.floor(i / own) * output[3] + offset + (i % own), 1]));
        offset += own;
      });
      return found;
    }
    case 'globalAvgPool': {
      const area = input[1] * input[2];
      x.data.forEach((_, i) =>
        found.push([0, i, Math.floor(i / (area * input[3])) * input[3] + (i % input[3]), 1 / area]),
      );
      return found;
    }
    case 'upsample': {
      const [fy, fx] = node.options.factor as readonly [number, number];
      y.data.forEach((_, o) => {
        const n = Math.floor(o / (output[1] * output[2] * output[3]));
        const row = Math.floor(o / (output[2] * output[3])) % output[1];
        const column = Math.floor(o / output[3]) % output[2];
        found.push([0, at(input, n, Math.floor(row / fy), Math.floor(column / fx), o % output[3]), o, 1]);
      });
      return found;
    }
    case 'maxPool':
    case 'avgPool': {
      const taps = Array.from(y.data, () => [] as number[]);
      eachTap(node, input, output, (p) => {
        for (let c = 0; c < input[3]; c++) taps[at(output, p.n, p.oy, p.ox, c)]!.push(at(input, p.n, p.y, p.x, c));
      });
      taps.forEach((list, o) => {
        if (node.kind === 'avgPool') for (const i of list) found.push([0, i, o, 1 / list.length]);
        else found.push([0, list.find((i) => x.data[i] === y.data[o])!, o, 1]);
      });
      return found;
    }
    case 'flatten':
    case 'dropout':
      return Array.from(x.data, (_, i): Slope => [0, i, i, 1]);
    default:
      throw new Error(`internal: the plain net knows no slope of ${node.kind}`);
  }
}

/** One node's rule as its formula says. */
export function plainRule(
  node: NetworkNode,
  rule: PlainRule,
  inputs: readonly Plain[],
  y: Plain,
  r: Plain,
  weights: Record<string, Numbers>,
): PlainTaken {
  const [x] = inputs as readonly [Plain];
  const each = (f: (R: number, x: number) => number): PlainTaken => ({
    inputs: [{ shape: x.shape, data: r.data.map((R, i) => f(R, x.data[i]!)) }],
    bias: 0,
    stabilizer: 0,
  });
  const sigmoid = (v: number) => 1 / (1 + Math.exp(-v));
  if (rule.id === 'pass') return each((R) => R);
  if (rule.id === 'guided') return each((R, v) => (v > 0 && R > 0 ? R : 0));
  if (rule.id === 'deconv') return each((R) => (R > 0 ? R : 0));
  if (rule.id === 'smooth') return each((R, v) => R * sigmoid(((rule.options?.beta as number) ?? 10) * v));
  if (node.params.kernel) return linear(node, rule, x, r, weights);

  const out = inputs.map(({ shape }) => plainZeros(shape));
  const all = slopes(node, inputs, y, weights);
  if (rule.id === 'gradient') {
    for (const [k, i, o, slope] of all) out[k]!.data[i]! += slope * r.data[o]!;
    return { inputs: out, bias: 0, stabilizer: 0 };
  }
  if (rule.id !== 'norm') throw new Error(`internal: the plain net does not know ${rule.id} at ${node.kind}`);
  const { eps } = { ...DEFAULTS, ...rule.options };
  const explained = new Float64Array(y.data.length);
  for (const [k, i, o, slope] of all) {
    const part = inputs[k]!.data[i]! * slope;
    explained[o]! += part;
    out[k]!.data[i]! += (part / stabilized(y.data[o]!, eps)) * r.data[o]!;
  }
  let [bias, stabilizer] = [0, 0];
  r.data.forEach((R, o) => {
    const z = y.data[o]!;
    const share = R / stabilized(z, eps);
    stabilizer += (stabilized(z, eps) - z) * share;
    // A batch norm's shift is no input's part; sums, means and gates of degree one have none.
    if (node.kind === 'batchNorm') bias += (z - explained[o]!) * share;
  });
  return { inputs: out, bias, stabilizer };
}
