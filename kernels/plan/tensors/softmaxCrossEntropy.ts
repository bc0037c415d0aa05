import { defineKernel, type Numbers } from '../kernel.ts';

/** loss[1] = the batch's mean of −ln softmax(logits)[label]; dlogits = (softmax(logits) − one-hot) / batch. */
export const softmaxCrossEntropy = defineKernel<{ readonly batch: number; readonly classes: number }>({
  id: 'softmaxCrossEntropy',
  buffers: [
    { name: 'logits', access: 'read' },
    { name: 'labels', access: 'read' },
    { name: 'loss', access: 'write' },
    { name: 'dlogits', access: 'write', optional: true },
  ],
  run(buffers, { batch, classes }) {
    const [logits, labels, loss, dlogits] = buffers as readonly [Numbers, Numbers, Numbers, Numbers | null];
    let total = 0;
    for (let n = 0; n < batch; n++) {
      const row = n * classes;
      let largest = -Infinity;
      for (let j = 0; j < classes; j++) largest = Math.max(largest, logits[row + j]!);
      let sum = 0;
      for (let j = 0; j < classes; j++) sum += Math.exp(logits[row + j]! - largest);
      total += Math.log(sum) + largest - logits[row + labels[n]!]!;
      if (!dlogits) continue;
      for (let j = 0; j < classes; j++) {
        dlogits[row + j] = (Math.exp(logits[row + j]! - largest) / sum - (j === labels[n] ? 1 : 0)) / batch;
      }
    }
    loss[0] = total / batch;
  },
  wasm: { args: ['batch', 'classes'] },
  flops: ({ batch, classes }) => 20 * batch * classes,
});
