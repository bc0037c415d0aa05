import { defineKernel, type Numbers } from '../kernel.ts';

/** loss[1] = the batch's mean of −ln of the label's probability under sigmoid(logits); dlogits = (sigmoid − label) / batch. */
export const binaryCrossEntropy = defineKernel<{ readonly batch: number }>({
  id: 'binaryCrossEntropy',
  buffers: [
    { name: 'logits', access: 'read' },
    { name: 'labels', access: 'read' },
    { name: 'loss', access: 'write' },
    { name: 'dlogits', access: 'write', optional: true },
  ],
  run(buffers, { batch }) {
    const [logits, labels, loss, dlogits] = buffers as readonly [Numbers, Numbers, Numbers, Numbers | null];
    let total = 0;
    for (let n = 0; n < batch; n++) {
      const [z, label] = [logits[n]!, labels[n]!];
      // Nothing overflows for large |z| in this form.
      const e = Math.exp(-Math.abs(z));
      total += Math.max(z, 0) - z * label + Math.log1p(e);
      if (dlogits) dlogits[n] = ((z >= 0 ? 1 : e) / (1 + e) - label) / batch;
    }
    loss[0] = total / batch;
  },
  wasm: { args: ['batch'] },
  flops: ({ batch }) => 30 * batch,
});
