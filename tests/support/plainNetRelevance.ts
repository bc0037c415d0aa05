import { readersOf, type Network, type NetworkNode } from '#src';
import {
  asImage,
  at,
  eachTap,
  plainForward,
  plainZeros,
  weightsOf,
  type Plain,
  type PlainWeights,
} from './plainNet.ts';

/** The stabiliser of every denominator: ε with the denominator's own sign, zero counting as positive. */
export const EPS = 1e-6;
export const stabilized = (z: number) => z + (z >= 0 ? EPS : -EPS);

export type PlainRule = 'epsilon' | 'zeroBias' | 'zPlus' | 'flat' | 'norm' | 'pass' | 'gradient';

export interface PlainWalk {
  readonly relevance: ReadonlyMap<string, Plain>;
  readonly bias: number;
  readonly stabilizer: number;
}

type Wire = (input: number, output: number, weight: number) => void;

/** Every wire of a linear node: from one input number to one output number, with its weight. */
export function eachWire(node: NetworkNode, x: Plain, y: Plain, kernel: ArrayLike<number>, visit: Wire): void {
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

/** Relevance through a linear node, wire by wire: R_i = Σ_o part(i, o) / st(Σ parts + bias part) · R_o. */
function linear(
  node: NetworkNode,
  rule: PlainRule,
  x: Plain,
  r: Plain,
  { kernel, bias }: Record<string, ArrayLike<number>>,
) {
  const part = (i: number, w: number) => {
    if (rule === 'flat') return 1;
    return rule === 'zPlus' ? Math.max(x.data[i]! * w, 0) : x.data[i]! * w;
  };
  const channels = node.shape.at(-1)!;
  const biasPart = r.data.map((_, o) => {
    const b = bias?.[o % channels] ?? 0;
    if (rule === 'flat' || rule === 'zeroBias') return 0;
    return rule === 'zPlus' ? Math.max(b, 0) : b;
  });
  const z = Float64Array.from(biasPart);
  eachWire(node, x, r, kernel!, (i, o, w) => (z[o]! += part(i, w)));
  const input = plainZeros(x.shape);
  eachWire(node, x, r, kernel!, (i, o, w) => (input.data[i]! += (part(i, w) / stabilized(z[o]!)) * r.data[o]!));
  const held = { bias: 0, stabilizer: 0 };
  r.data.forEach((R, o) => {
    held.bias += (biasPart[o]! / stabilized(z[o]!)) * R;
    held.stabilizer += ((stabilized(z[o]!) - z[o]!) / stabilized(z[o]!)) * R;
  });
  return { inputs: [input], ...held };
}

/** Slopes ∂z_o/∂x_i of nodes that add, average, select or copy: (which input, input number, output number, slope). */
function slopes(node: NetworkNode, inputs: readonly Plain[], y: Plain): [number, number, number, number][] {
  const [x] = inputs as readonly [Plain];
  const found: [number, number, number, number][] = [];
  const [input, output] = [asImage(x), asImage(y)];
  if (node.kind === 'add') inputs.forEach(({ data }, k) => data.forEach((_, i) => found.push([k, i, i, 1])));
  else if (node.kind === 'globalAvgPool') {
    const area = input[1] * input[2];
    x.data.forEach((_, i) =>
      found.push([0, i, Math.floor(i / (area * input[3])) * input[3] + (i % input[3]), 1 / area]),
    );
  } else if (node.kind === 'concat') {
    let offset = 0;
    inputs.forEach(({ data, shape }, k) => {
      const own = shape.at(-1)!;
      data.forEach((_, i) => found.push([k, i, Math.floor(i / own) * output[3] + offset + (i % own), 1]));
      offset += own;
    });
  } else if (node.kind === 'upsample') {
    const [fy, fx] = node.options.factor as readonly [number, number];
    y.data.forEach((_, o) => {
      const [n, row, column, c] = [
        Math.floor(o / (output[1] * output[2] * output[3])),
        Math.floor(o / (output[2] * output[3])) % output[1],
        Math.floor(o / output[3]) % output[2],
        o % output[3],
      ];
      found.push([0, at(input, n, Math.floor(row / fy), Math.floor(column / fx), c), o, 1]);
    });
  } else if (node.kind === 'activate') {
    // A gate of two: both where both are negative, else the smaller one, the first of equal ones.
    y.data.forEach((_, o) => {
      const [a, b] = [x.data[2 * o]!, x.data[2 * o + 1]!];
      if ((a < 0 && b < 0) || a <= b) found.push([0, 2 * o, o, 1]);
      if ((a < 0 && b < 0) || a > b) found.push([0, 2 * o + 1, o, 1]);
    });
  } else if (node.options.size) {
    const taps = Array.from(y.data, () => [] as number[]);
    eachTap(node, input, output, (p) => {
      for (let c = 0; c < input[3]; c++) taps[at(output, p.n, p.oy, p.ox, c)]!.push(at(input, p.n, p.y, p.x, c));
    });
    taps.forEach((list, o) => {
      if (node.kind === 'avgPool') for (const i of list) found.push([0, i, o, 1 / list.length]);
      else found.push([0, list.find((i) => x.data[i] === y.data[o])!, o, 1]);
    });
  } else x.data.forEach((_, i) => found.push([0, i, i, 1]));
  return found;
}

function proportional(node: NetworkNode, inputs: readonly Plain[], y: Plain, r: Plain) {
  const out = inputs.map(({ shape }) => plainZeros(shape));
  for (const [k, i, o, slope] of slopes(node, inputs, y)) {
    out[k]!.data[i]! += ((inputs[k]!.data[i]! * slope) / stabilized(y.data[o]!)) * r.data[o]!;
  }
  const stabilizer = r.data.reduce(
    (sum, R, o) => sum + ((stabilized(y.data[o]!) - y.data[o]!) / stabilized(y.data[o]!)) * R,
    0,
  );
  return { inputs: out, bias: 0, stabilizer };
}

function copied(node: NetworkNode, inputs: readonly Plain[], y: Plain, r: Plain) {
  const out = inputs.map(({ shape }) => plainZeros(shape));
  for (const [k, i, o, slope] of slopes(node, inputs, y)) out[k]!.data[i]! += slope * r.data[o]!;
  return { inputs: out, bias: 0, stabilizer: 0 };
}

/** One node's rule as its formula says. */
export function plainRule(
  node: NetworkNode,
  rule: PlainRule,
  inputs: readonly Plain[],
  y: Plain,
  r: Plain,
  weights: Record<string, ArrayLike<number>>,
) {
  if (rule === 'pass') return { inputs: [{ shape: inputs[0]!.shape, data: r.data }], bias: 0, stabilizer: 0 };
  if (rule === 'norm') return proportional(node, inputs, y, r);
  if (rule === 'gradient') return copied(node, inputs, y, r);
  return linear(node, rule, inputs[0]!, r, weights);
}

/** The rule table of Achtibat et al. 2023: flat first, z⁺ in convolutions, ε in dense layers, norm, pass, gradient. */
export function epsilonPlusFlatRule(net: Network): (node: NetworkNode) => PlainRule {
  const linearKinds = ['dense', 'conv2d', 'depthwiseConv2d'];
  const first = net.nodes.find(({ kind }) => linearKinds.includes(kind));
  return (node) => {
    if (node === first) return 'flat';
    if (node.kind === 'dense') return 'epsilon';
    if (linearKinds.includes(node.kind)) return 'zPlus';
    if (['add', 'avgPool', 'globalAvgPool'].includes(node.kind) || node.joins > 1) return 'norm';
    return node.kind === 'activate' || node.kind === 'batchNorm' ? 'pass' : 'gradient';
  };
}

/** w' = w·γ/√(v + ε), b' = (b − m)·γ/√(v + ε) + β, for batch norms right behind a linear node that nothing else reads. */
export function plainFold(net: Network, weights: PlainWeights): { weights: PlainWeights; bypass: Set<string> } {
  const folded: Record<string, ArrayLike<number>> = { ...weights };
  const bypass = new Set<string>();
  for (const norm of net.nodes.filter(({ kind }) => kind === 'batchNorm')) {
    const before = net.nodes.find(({ id }) => id === norm.from[0]);
    if (!before?.params.kernel || readersOf(net).get(before.id)!.length > 1) continue;
    const own = weightsOf(norm, weights);
    const channels = norm.shape.at(-1)!;
    const scale = Array.from(
      { length: channels },
      (_, c) => own.gamma![c]! / Math.sqrt(own.movingVariance![c]! + (norm.options.epsilon as number)),
    );
    // A depthwise kernel [kh, kw, C, m] has output channel c·m + j in its last two axes, so this holds for it as well.
    folded[`${before.id}/kernel`] = Array.from(weights[`${before.id}/kernel`]!, (w, i) => w * scale[i % channels]!);
    folded[`${before.id}/bias`] = scale.map(
      (s, c) => ((weights[`${before.id}/bias`]?.[c] ?? 0) - own.movingMean![c]!) * s + own.beta![c]!,
    );
    bypass.add(norm.id);
  }
  return { weights: folded, bypass };
}

/** Relevance of every node, from `start` at the output back to the pixels, with batch norms folded. */
export function plainWalk(
  net: Network,
  given: PlainWeights,
  x: Plain,
  startAt: (logits: Plain) => Plain,
  ruleOf = epsilonPlusFlatRule(net),
): PlainWalk & { readonly values: Map<string, Plain> } {
  const { weights, bypass } = plainFold(net, given);
  const before = new Map(net.nodes.map((node) => [node.id, node.from[0]!]));
  const values: Map<string, Plain> = new Map([['input', x]]);
  plainForward(net, weights, x, {
    replace(node, value) {
      const kept = bypass.has(node.id) ? values.get(before.get(node.id)!)! : value;
      values.set(node.id, kept);
      return kept;
    },
  });
  const relevance = new Map<string, Plain>([[net.output, startAt(values.get(net.output)!)]]);
  let [bias, stabilizer] = [0, 0];
  for (const node of [...net.nodes].reverse()) {
    const r = relevance.get(node.id)!;
    const inputs = node.from.map((id) => values.get(id)!);
    const rule = bypass.has(node.id) ? 'pass' : ruleOf(node);
    const passed = plainRule(node, rule, inputs, values.get(node.id)!, r, weightsOf(node, weights));
    bias += passed.bias;
    stabilizer += passed.stabilizer;
    node.from.forEach((id, k) => {
      const known = relevance.get(id);
      const { shape, data } = passed.inputs[k]!;
      relevance.set(id, { shape, data: known ? data.map((v, i) => v + known.data[i]!) : data });
    });
  }
  return { relevance, bias, stabilizer, values };
}
