import { ABSENT } from '../plan.ts';
import { lossPass } from './lossPass.ts';
import { defineGpuKernel, type Shader } from './pass.ts';

export const binaryCrossEntropy = defineGpuKernel<{ readonly batch: number }>({
  id: 'binaryCrossEntropy',
  passes({ dims: { batch }, buffers, mayWait }) {
    const [logits, labels, loss, dlogits] = buffers as readonly [number, number, number, number];
    const row = (shader: Shader) => `
let z = ${shader.at(logits, 1, 'row')};
let label = ${shader.at(labels, 1, 'row')};
let e = exp(-abs(z));`;
    return [
      lossPass(batch, loss, mayWait, {
        loss: (shader) => `${row(shader)}\nown = max(z, 0f) - z * label + nl_log1p(e);`,
        share: `1f / ${batch}f`,
        ...(dlogits !== ABSENT && {
          slope: (shader) => `${row(shader)}
${shader.at(dlogits, 1, 'row')} = (select(e, 1f, z >= 0f) / (1f + e) - label) / ${batch}f;`,
        }),
      }),
    ];
  },
});
