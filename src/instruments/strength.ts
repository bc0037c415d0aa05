import { channelsOf } from '../core/shape.ts';
import { readAndDispose } from '../core/readBack.ts';
import { originsOf, stages } from '../network/stages.ts';
import type { Network, NetworkNode } from '../network/network.ts';
import { defineInstrument } from './instrument.ts';
import type { StrengthData, StrengthLayer } from './records.ts';

/** Strengths of one kernel seen as a weighted bipartite graph. */
export interface KernelStrength {
  /** s_in[o] = Σ_i W[o, i], one per output channel, signed. */
  readonly incoming: Float64Array;
  /** s_out[i] = Σ_o W[o, i], one per input tap (kernel row, column, channel), signed. */
  readonly outgoing: Float64Array;
  readonly inVariance: number;
  readonly outVariance: number;
  /** V = ½ (var s_in + var s_out), both with n − 1. */
  readonly variance: number;
}

/**
 * Neuron strength of a kernel [taps, outputs] in row-major order (Scabini, De Baets and Bruno 2022). Sums run in
 * float64: the authors warn that float32 changes the result.
 */
export function kernelStrength(kernel: ArrayLike<number>, outputs: number): KernelStrength {
  const taps = kernel.length / outputs;
  const incoming = new Float64Array(outputs);
  const outgoing = new Float64Array(taps);
  for (let i = 0; i < taps; i++) {
    for (let o = 0; o < outputs; o++) {
      const w = kernel[i * outputs + o]!;
      incoming[o]! += w;
      outgoing[i]! += w;
    }
  }
  const inVariance = varianceOf(incoming);
  const outVariance = varianceOf(outgoing);
  return { incoming, outgoing, inVariance, outVariance, variance: (inVariance + outVariance) / 2 };
}

/** Variance with n − 1; a single neuron has none. */
function varianceOf(values: Float64Array): number {
  if (values.length < 2) return 0;
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  return values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1);
}

/** Output channels of a stage's kernel. A depthwise kernel [kh, kw, C, m] has C·m of them, its taps kh·kw. */
function outputsOf(node: NetworkNode): number {
  const shape = node.params.kernel!.shape;
  return node.kind === 'depthwiseConv2d' ? shape[2]! * shape[3]! : channelsOf(shape);
}

/**
 * Σ of the weights that leave each channel of each stage: the taps of every kernel that reads it, followed through
 * pooling, flattening, additions and concatenations. The paper leaves open how convolution taps add up: our choice.
 */
function outgoingPerChannel(
  net: Network,
  strengths: ReadonlyMap<string, KernelStrength>,
  kernels: ReadonlyMap<string, Float32Array>,
): Map<string, Float32Array> {
  const origins = originsOf(net);
  const outgoing = new Map<string, Float32Array>();
  for (const node of net.nodes) {
    const strength = strengths.get(node.id);
    if (!strength) continue;
    const perInput =
      node.kind === 'depthwiseConv2d' ? depthwiseOutgoing(node, kernels.get(node.id)!) : strength.outgoing;
    const reads = origins(node.id);
    perInput.forEach((s, i) => {
      for (const { stage, channel } of reads[i % reads.length]!) {
        if (!strengths.has(stage)) continue;
        const source = net.nodes.find((candidate) => candidate.id === stage)!;
        const sums = outgoing.get(stage) ?? new Float32Array(channelsOf(source.shape));
        sums[channel]! += s;
        outgoing.set(stage, sums);
      }
    });
  }
  return outgoing;
}

/** Input channel c of a depthwise kernel feeds its own m outputs only. */
function depthwiseOutgoing(node: NetworkNode, kernel: Float32Array): Float64Array {
  const [, , channels, multiplier] = node.params.kernel!.shape as [number, number, number, number];
  const sums = new Float64Array(channels);
  kernel.forEach((w, i) => {
    sums[Math.floor(i / multiplier) % channels]! += w;
  });
  return sums;
}

/** A gate joins neighbouring channels of a stage: what goes into the joined one is the sum over them. */
function join(values: Float32Array, count: number): Float32Array {
  const group = values.length / count;
  return Float32Array.from({ length: count }, (_, c) =>
    values.subarray(c * group, (c + 1) * group).reduce((sum, v) => sum + v, 0),
  );
}

/** What leaves a joined channel was counted once for each of the neighbours in it. */
function leavingJoined(values: Float32Array, count: number): Float32Array {
  const group = values.length / count;
  return Float32Array.from({ length: count }, (_, c) => values[c * group]!);
}

/** How unevenly weight mass is spread over neurons. */
export const strength = defineInstrument<StrengthData, object>({
  id: 'strength',
  title: 'Neuron strength',
  question: 'Which neurons carry the weight?',
  source: 'Scabini, De Baets and Bruno 2022',
  defaults: {},
  async compute(model) {
    const weighted = model.network.nodes.filter((node) => node.layer.role === 'linear');
    // Clones: the variables themselves must live on.
    const read = await readAndDispose(weighted.map((node) => model.paramsOf(node).kernel!.clone()));
    const kernels = new Map(weighted.map((node, i) => [node.id, read[i]!]));
    const strengths = new Map(weighted.map((node, i) => [node.id, kernelStrength(read[i]!, outputsOf(node))]));
    const outgoing = outgoingPerChannel(model.network, strengths, kernels);
    const layers = stages(model.network).map((stage): StrengthLayer => {
      const { incoming, inVariance, outVariance, variance } = strengths.get(stage.id)!;
      const count = channelsOf(stage.shape);
      const leaving = outgoing.get(stage.id);
      return {
        at: stage.id,
        stage: stage.id,
        incoming: join(Float32Array.from(incoming), count),
        outgoing: leaving ? leavingJoined(leaving, count) : null,
        inVariance,
        outVariance,
        variance,
      };
    });
    return { layers };
  },
});
