import { ABSENT, operations } from '#kernels';
import { sizeOf } from '../core/shape.ts';
import { ancestorsOf } from '../network/ancestors.ts';
import { INPUT, type Network, type NetworkNode } from '../network/network.ts';
import type { PlanBuilder } from './builder.ts';
import type { Lowered, Value, WayBack } from './lowering.ts';

/** A net in a plan: where its values, weights and gradients are. */
export interface LoweredNet {
  readonly input: number;
  readonly output: Value;
  /** The number that keeps the random numbers of a step apart from those of others. */
  readonly key: number;
  /** Emits the way back from the gradient of the output; `gradients` are added to, by "node/param". */
  back(from: number, gradients: ReadonlyMap<string, number>): void;
}

/** The first node that no plan can hold, and why; null: a plan can hold the net. */
export function outsidePlans({ nodes, vocabulary }: Network): { readonly node: string; readonly why: string } | null {
  for (const { id, kind, layer, options } of nodes) {
    const why = layer.lower ? layer.outsidePlans?.(options, vocabulary.activations) : `"${kind}" has no lowering`;
    if (why) return { node: id, why };
  }
  return null;
}

interface LowerNetOptions {
  readonly batch: number;
  readonly isTraining: boolean;
  /** The buffer of a weight, by "node/param". */
  weightOf(name: string): number;
}

/** Emits the forward pass of a net; its nodes must all have a lowering. */
export function lowerNet<Part extends string>(
  builder: PlanBuilder<Part>,
  net: Network,
  { batch, isTraining, weightOf }: LowerNetOptions,
): LoweredNet {
  const input = builder.kept(INPUT, batch * sizeOf(net.input));
  const key = builder.kept('key', 1);
  const values = new Map<string, Value>([[INPUT, { buffer: input, shape: net.input }]]);
  const lowered: { readonly node: NetworkNode; readonly own: Lowered; readonly inputs: readonly Value[] }[] = [];
  const isNeeded = ancestorsOf(net, net.output);

  net.nodes.forEach((node, lane) => {
    if (node.id !== net.output && !isNeeded.has(node.id)) return;
    const inputs = node.from.map((id) => values.get(id)!);
    const params = Object.fromEntries(
      Object.keys(node.params).map((param) => [param, weightOf(`${node.id}/${param}`)]),
    );
    const own = node.layer.lower!({
      batch,
      inputs,
      params,
      shape: node.shape,
      options: node.options,
      activations: net.vocabulary.activations,
      isTraining,
      lane,
      key,
      isRectified: isRectified(net, node),
      output: () => builder.passing(node.id, batch * sizeOf(node.shape)),
      own: (name, size) => builder.passing(`${node.id}/${name}`, size),
      emit: builder.emit,
      stream: builder.stream,
    });
    values.set(node.id, { buffer: own.output, shape: node.shape, isRectified: own.isRectified ?? false });
    lowered.push({ node, own, inputs });
  });

  return {
    input,
    output: values.get(net.output)!,
    key,
    back(from, gradients) {
      const slopes = new Map<number, Slope>([[values.get(net.output)!.buffer, { buffer: from, isOwn: true }]]);
      for (const { node, own, inputs } of lowered.toReversed()) {
        const dy = slopes.get(own.output);
        if (!dy || !own.back) continue;
        const way = wayBack(builder, node, own.output, inputs, dy, slopes, batch);
        own.back({
          ...way,
          gradients: Object.fromEntries(
            Object.keys(node.params).map((param) => [param, gradients.get(`${node.id}/${param}`) ?? ABSENT]),
          ),
        });
        way.finish();
      }
    },
  };
}

/** The gradient of a value. Where it stands for others as well, nothing may be added to it in place. */
interface Slope {
  readonly buffer: number;
  readonly isOwn: boolean;
}

function wayBack<Part extends string>(
  builder: PlanBuilder<Part>,
  node: NetworkNode,
  output: number,
  inputs: readonly Value[],
  dy: Slope,
  slopes: Map<number, Slope>,
  batch: number,
): Omit<WayBack, 'gradients'> & { finish(): void } {
  /** Gradients that meet others at the same value. */
  const meeting: { readonly value: number; readonly size: number; readonly slope: Slope }[] = [];
  const arrive = (value: number, size: number, slope: Slope) => {
    if (value !== output && slopes.has(value)) meeting.push({ value, size, slope });
    else slopes.set(value, slope);
  };
  return {
    dy: dy.buffer,
    dx(index) {
      const { buffer: value, shape } = inputs[index]!;
      if (node.from[index] === INPUT) return ABSENT;
      const size = batch * sizeOf(shape);
      // The output is the input, changed in place: so may be their gradient.
      if (value === output && dy.isOwn) return dy.buffer;
      const buffer = builder.passing(`gradient of ${node.from[index]}`, size);
      arrive(value, size, { buffer, isOwn: true });
      return buffer;
    },
    pass(index) {
      if (node.from[index] === INPUT) return;
      const { buffer: value, shape } = inputs[index]!;
      arrive(value, batch * sizeOf(shape), { buffer: dy.buffer, isOwn: false });
    },
    finish() {
      for (const { value, size, slope } of meeting) {
        const before = slopes.get(value)!;
        if (before.isOwn) {
          builder.emit(operations.addInto, [slope.buffer, before.buffer], { size });
        } else {
          const sum = builder.passing(`gradient of ${node.id}`, size);
          builder.emit(operations.add, [before.buffer, slope.buffer, sum], { size });
          slopes.set(value, { buffer: sum, isOwn: true });
        }
      }
    },
  };
}

/** Whether all that reads a node is one ReLU. */
function isRectified({ nodes, output }: Network, { id }: NetworkNode): boolean {
  const readers = nodes.filter(({ from }) => from.includes(id));
  const [first] = readers;
  return id !== output && readers.length === 1 && first!.kind === 'activate' && first!.options.fn === 'relu';
}
