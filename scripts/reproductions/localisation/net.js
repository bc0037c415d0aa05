import { NET, TRAINING } from './plan.js';

/** Trains the net until it knows the held-out pictures; the model belongs to the caller. */
export async function trainNet({ build, network, presets, train }, data, seed) {
  const { recipe, checkEvery, goal } = TRAINING;
  const model = build(network(data.shape, presets.get(NET).nodes(data.shape, data.classes.length)), { seed });
  let step = 0;
  for await (const done of train(model, data, {
    ...recipe,
    seed,
    every: checkEvery,
    validate: { every: checkEvery },
  })) {
    step = done.step;
    if (done.test.accuracy >= goal) break;
  }
  return { model, step };
}

/** For every sample [count, height, width, channels] the class with the largest probability, and that probability. */
export async function answersOf({ tf, forward, outputOf, sizeOf }, model, inputs) {
  const probabilities = tf.tidy(() => {
    const x = tf.tensor(inputs, [inputs.length / sizeOf(model.network.input), ...model.network.input]);
    return tf.softmax(outputOf(model, forward(model, x)));
  });
  const values = await probabilities.data();
  const [count, classes] = probabilities.shape;
  probabilities.dispose();
  return Array.from({ length: count }, (_, i) => {
    const row = values.subarray(i * classes, (i + 1) * classes);
    const probability = Math.max(...row);
    return { class: row.indexOf(probability), probability };
  });
}

/** Share of answers that are right. */
export const accuracyOf = (answers, labels) =>
  answers.filter((answer, i) => answer.class === labels[i]).length / answers.length;

/** One held-out picture as a tensor, which is freed after the job. */
export async function withPicture({ tf, takeBatch }, data, i, job) {
  const { inputs, labels, masks } = takeBatch(data, { size: 1, start: i, from: 'test' });
  const x = tf.tensor(inputs, [1, ...data.shape]);
  try {
    return await job({ x, inputs, label: labels[0], mask: masks });
  } finally {
    x.dispose();
  }
}
