import { operations, type Plan } from '#kernels';
import { sizeOf } from '../core/shape.ts';
import { ancestorsOf } from '../network/ancestors.ts';
import type { Model } from '../network/model.ts';
import { updateOf } from '../training/optimizers/optimizer.ts';
import type { TrainingPlan as Recipe } from '../training/trainOptions.ts';
import { planBuilder } from './builder.ts';
import { lowerNet } from './lower.ts';

/** A step in the order in which its parts run. */
export type StepPart = 'forward' | 'backward' | 'update';

/** A training step as a plan, and where the things are that come and go. */
export interface TrainingStep {
  readonly plan: Plan<StepPart>;
  readonly input: number;
  readonly labels: number;
  readonly key: number;
  readonly loss: number;
  /** What the net answers, until the way back begins. */
  readonly output: number;
  /** All weights by "node/param", running statistics included. */
  readonly weights: ReadonlyMap<string, number>;
  /** Gradients by "node/param". */
  readonly gradients: ReadonlyMap<string, number>;
  /** Running averages of the optimiser by "node/param/slot". */
  readonly slots: ReadonlyMap<string, number>;
  /** Numbers of the update that change from step to step, in the order the optimiser names them. */
  readonly scalars: ReadonlyMap<string, number>;
}

/** Lowers a net, its loss and its optimiser for batches of one size. */
export function trainingPlan({ network, specs }: Pick<Model, 'network' | 'specs'>, recipe: Recipe): TrainingStep {
  const { batchSize: batch, loss: lossKind, optimizer } = recipe;
  const builder = planBuilder<StepPart>();
  const isNeeded = ancestorsOf(network, network.output);
  const isTrained = (name: string) => {
    const node = name.slice(0, name.lastIndexOf('/'));
    return specs.get(name)!.trainable && (node === network.output || isNeeded.has(node));
  };
  const names = [...specs.keys()];
  // Side by side, so that one operation updates all that are updated alike.
  const groups = [true, false]
    .map((decays) => ({ decays, own: names.filter((n) => isTrained(n) && specs.get(n)!.decays === decays) }))
    .filter(({ own }) => own.length > 0)
    .map(({ decays, own }) => {
      const update = updateOf(optimizer, recipe.optimizerOptions, decays && recipe.weightDecay > 0);
      const rows = update.arrays.map((array) =>
        builder.row(
          array,
          own.map((name) => [`${name}/${array}`, sizeOf(specs.get(name)!.shape)] as const),
        ),
      );
      return { own, update, rows };
    });
  const named = (array: number, suffix = '') =>
    groups.flatMap(({ own, rows }) => own.map((name, i) => [name + suffix, rows[array]!.parts[i]!] as const));
  const weights = new Map(named(0));
  const gradients = new Map(named(1));
  const slots = new Map(optimizer.slots.flatMap((slot, k) => named(2 + k, `/${slot}`)));
  for (const name of names) {
    if (!weights.has(name)) weights.set(name, builder.kept(name, sizeOf(specs.get(name)!.shape)));
  }
  const labels = builder.kept('labels', batch);
  const loss = builder.kept('loss', 1);
  const scalars = new Map(
    [...new Set(groups.flatMap(({ update }) => update.scalars))].map((name) => [name, builder.kept(name, 1)] as const),
  );

  builder.begin('forward');
  const net = lowerNet(builder, network, { batch, isTraining: true, weightOf: (name) => weights.get(name)! });
  const outputs = sizeOf(net.output.shape);
  const slope = builder.passing('gradient of the output', batch * outputs);
  lossKind.lower({ batch, outputs }, [net.output.buffer, labels, loss, slope], builder.emit);

  builder.begin('backward');
  for (const { rows } of groups) {
    const [, gradient] = rows;
    builder.emit(operations.fill, [gradient!.whole], { size: gradient!.size, value: 0 });
  }
  net.back(slope, gradients);

  builder.begin('update');
  for (const { update, rows } of groups) {
    const buffers: Record<string, number> = Object.fromEntries(scalars);
    update.arrays.forEach((array, i) => (buffers[array] = rows[i]!.whole));
    const { inputs, outputs: written } = update.program;
    builder.stream(
      update.program,
      [...inputs, ...written].map(({ name }) => buffers[name]!),
      1,
      rows[0]!.size,
    );
  }
  return {
    plan: builder.finish(),
    input: net.input,
    key: net.key,
    output: net.output.buffer,
    labels,
    loss,
    weights,
    gradients,
    slots,
    scalars,
  };
}
