import { sizeOf } from '../core/shape.ts';
import type { Network } from '../network/network.ts';
import { planBuilder } from './builder.ts';
import { executorOf, type PlanEngine } from './executorOf.ts';
import { lowerNet } from './lower.ts';

/** The forward pass of a net by a plan, outside training, for batches of one size. */
export interface ForwardPlan {
  /** Where its weights lie, by "node/param": written by whoever has newer ones. */
  readonly weights: ReadonlyMap<string, Float32Array>;
  /** What the net answers to the first so many samples, [count, ...output]; stands until the next call. */
  run(inputs: Float32Array, count: number): Float32Array;
}

/** Lowers a net for `batch` samples at once. */
export function forwardPlan(network: Network, batch: number, engine: PlanEngine): ForwardPlan {
  const builder = planBuilder<'forward'>();
  const buffers = new Map<string, number>();
  for (const { id, params } of network.nodes) {
    for (const [param, { shape }] of Object.entries(params)) {
      const name = `${id}/${param}`;
      buffers.set(name, builder.kept(name, sizeOf(shape)));
    }
  }
  builder.begin('forward');
  const net = lowerNet(builder, network, { batch, isTraining: false, weightOf: (name) => buffers.get(name)! });
  const executor = executorOf(engine, builder.finish());
  const [input, output] = [executor.view(net.input), executor.view(net.output.buffer)];
  const outputs = sizeOf(net.output.shape);
  return {
    weights: new Map([...buffers].map(([name, buffer]) => [name, executor.view(buffer)] as const)),
    run(inputs, count) {
      input.set(inputs);
      executor.run('forward');
      return output.subarray(0, count * outputs);
    },
  };
}
