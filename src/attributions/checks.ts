import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { InputError } from '../core/errors.ts';
import { checkFinite, readAndDispose } from '../core/readBack.ts';
import { describeShape, sameShape } from '../core/shape.ts';
import { forward, outputSteps } from '../network/forward.ts';
import type { Model } from '../network/model.ts';
import { INPUT, type Network } from '../network/network.ts';

interface Reader {
  readonly title: string;
  readonly needsImages: boolean;
}

/** One sample that the net reads, and an image where the method needs one. */
export function checkShapes({ title, needsImages }: Reader, { shape }: Tensor, { input }: Network): void {
  if (!sameShape(shape, [1, ...input])) {
    throw new InputError(`wrong input shape: [${shape.join(', ')}]; use one sample as [1, ${input.join(', ')}]`);
  }
  if (needsImages && input.length !== 3) {
    throw new InputError(`${title} needs images: the input is ${describeShape(input)}; use gradient or occlusion`);
  }
}

/** The numbers of a sample. */
export async function finiteValues(x: Tensor): Promise<Float32Array> {
  const values = Float32Array.from(await x.data());
  const odd = values.find((value) => !Number.isFinite(value));
  if (odd === undefined) return values;
  throw new InputError(`not a finite number: the input holds ${odd}; use another sample`, INPUT);
}

/** The logits of a sample. */
export async function finiteLogits(
  model: Model,
  x: Tensor,
  inTurn: (steps: Generator<unknown, Tensor>) => Promise<Tensor>,
): Promise<Float32Array> {
  const [logits] = (await readAndDispose([await inTurn(outputSteps(model, x))])) as [Float32Array];
  if (!areFinite(logits)) await checkNodes(model, x);
  return logits;
}

export async function checkMap(model: Model, x: Tensor, map: Float32Array): Promise<void> {
  if (areFinite(map)) return;
  await checkNodes(model, x);
  checkFinite(map, 'the map');
}

const areFinite = (values: Float32Array): boolean => values.every((value) => Number.isFinite(value));

/** Names the first node whose value is not finite. */
async function checkNodes(model: Model, x: Tensor): Promise<void> {
  // Clones: the input, which a node may hand on, is not ours to free.
  const values = tf.tidy(() => [...forward(model, x).values()].map((t) => tf.clone(t)));
  const [, ...read] = await readAndDispose(values);
  model.network.nodes.forEach(({ id }, i) => checkFinite(read[i]!, `the value of "${id}"`));
}
