import { zeros64, type Float64Tensor } from '../oracle.ts';

/**
 * Softmax and cross-entropy by their definition, in float64: the mean over the batch of −Σ_j labels[j] · ln p[j] with
 * p = softmax(logits), and its gradient with respect to the logits, (p · Σ labels − labels) / batch. Both are
 * [batch, classes].
 */
export function softmaxCrossEntropyOracle(logits: Float64Tensor, labels: Float64Tensor) {
  const [batch, classes] = [logits.shape[0]!, logits.shape[1]!];
  const gradient = zeros64(logits.shape);
  let loss = 0;
  for (let n = 0; n < batch; n++) {
    const row = logits.data.subarray(n * classes, (n + 1) * classes);
    const target = labels.data.subarray(n * classes, (n + 1) * classes);
    const largest = row.reduce((a, b) => Math.max(a, b));
    const total = row.reduce((sum, z) => sum + Math.exp(z - largest), 0);
    const weight = target.reduce((sum, t) => sum + t, 0);
    row.forEach((z, j) => {
      loss -= (target[j]! * (z - largest - Math.log(total))) / batch;
      gradient.data[n * classes + j] = ((Math.exp(z - largest) / total) * weight - target[j]!) / batch;
    });
  }
  return { loss, gradient };
}
