import { defineKernel, type Numbers } from '../kernel.ts';

/** loss[1] = the mean squared distance of [batch, outputs] to the one-hot label; one output aims at the label itself. */
export const mse = defineKernel<{ readonly batch: number; readonly outputs: number }>({
  id: 'mse',
  buffers: [
    { name: 'logits', access: 'read' },
    { name: 'labels', access: 'read' },
    { name: 'loss', access: 'write' },
    { name: 'dlogits', access: 'write', optional: true },
  ],
  run(buffers, { batch, outputs }) {
    const [logits, labels, loss, dlogits] = buffers as readonly [Numbers, Numbers, Numbers, Numbers | null];
    const size = batch * outputs;
    let total = 0;
    for (let i = 0; i < size; i++) {
      const label = labels[Math.floor(i / outputs)]!;
      const target = outputs === 1 ? label : i % outputs === label ? 1 : 0;
      const distance = logits[i]! - target;
      total += distance ** 2;
      if (dlogits) dlogits[i] = (2 * distance) / size;
    }
    loss[0] = total / size;
  },
  wasm: { args: ['batch', 'outputs'] },
  flops: ({ batch, outputs }) => 4 * batch * outputs,
});
