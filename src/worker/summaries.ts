import { InputError } from '../core/errors.ts';
import type { LoadedDataset } from '../datasets/dataset.ts';
import { type Batch, takeBatch } from '../datasets/takeBatch.ts';
import type { Model } from '../network/model.ts';
import { countParameters } from '../network/network.ts';
import { stages } from '../network/stages.ts';
import type { Trainer } from '../training/trainer.ts';
import type { DataSummary, RunSummary } from './protocol.ts';

/** Held-out samples the page may choose from: a few pictures, or points enough to see the shape. */
const STRIP = { pictures: 20, points: 120 };
const POINTS = 600;

/** What the page shows of a data set, in buffers of its own. */
export function summarizeData(data: LoadedDataset): DataSummary {
  return {
    id: data.id,
    title: data.title,
    shape: data.shape,
    classes: data.classes,
    units: data.units,
    train: data.train.count,
    test: data.test.count,
    strip: stripOf(data).map((index) => {
      const { inputs, labels } = testSample(data, index);
      return { index, label: labels[0]!, input: inputs };
    }),
    points: pointsOf(data),
    notes: data.notes ?? [],
  };
}

/** The first held-out sample of each class, then of each class again. */
function stripOf({ test, classes, shape }: LoadedDataset): number[] {
  const rounds = new Map<number, number>();
  const placed = [...test.labels.subarray(0, 2000)].map((label, index) => {
    const round = rounds.get(label) ?? 0;
    rounds.set(label, round + 1);
    return { index, place: round * classes.length + label };
  });
  return placed
    .sort((a, b) => a.place - b.place)
    .slice(0, shape.length === 3 ? STRIP.pictures : STRIP.points)
    .map(({ index }) => index);
}

function pointsOf({ shape, train }: LoadedDataset): DataSummary['points'] {
  if (shape.length !== 1 || shape[0] !== 2) return null;
  const count = Math.min(train.count, POINTS);
  return { values: train.inputs.slice(0, 2 * count), labels: train.labels.slice(0, count) };
}

/** One held-out sample as a batch. */
export function testSample(data: LoadedDataset, index: number): Batch {
  const { count } = data.test;
  if (!(Number.isInteger(index) && index >= 0 && index < count)) {
    throw new InputError(`unknown sample: ${index}; the data have held-out samples 0 to ${count - 1}`);
  }
  return takeBatch(data, { size: 1, from: 'test', start: index });
}

export function summarizeRun(model: Model, { plan, engine }: Pick<Trainer, 'plan' | 'engine'>): RunSummary {
  return {
    stages: stages(model.network),
    parameters: countParameters(model.network),
    optimizer: plan.optimizer.id,
    learningRate: plan.learningRate,
    batchSize: plan.batchSize,
    loss: plan.loss.id,
    stepsPerEpoch: plan.stepsPerEpoch,
    engine,
  };
}
