import { ABSENT } from '../plan.ts';
import { defineGpuKernel, type Shader } from './pass.ts';
import { lossPass } from './lossPass.ts';
import { loop } from './text.ts';
import { LOWEST } from './maxPool.ts';

export const softmaxCrossEntropy = defineGpuKernel<{ readonly batch: number; readonly classes: number }>({
  id: 'softmaxCrossEntropy',
  passes({ dims: { batch, classes }, buffers, mayWait }) {
    const [logits, labels, loss, dlogits] = buffers as readonly [number, number, number, number];
    const at = (shader: Shader, j: string) => shader.at(logits, 1, `row * ${classes} + ${j}`);
    const row = (shader: Shader) => `
var most = ${LOWEST};
${loop('j', 0, classes, `most = max(most, ${at(shader, 'j')});`)}
var sum = 0f;
${loop('j', 0, classes, `sum += exp(${at(shader, 'j')} - most);`)}
let label = i32(${shader.at(labels, 1, 'row')});`;
    return [
      lossPass(batch, loss, mayWait, {
        loss: (shader) => `${row(shader)}\nown = log(sum) + most - ${at(shader, 'label')};`,
        share: `1f / ${batch}f`,
        ...(dlogits !== ABSENT && {
          slope: (shader) => `${row(shader)}
${loop('j', 0, classes, `${shader.at(dlogits, 1, `row * ${classes} + j`)} = (exp(${at(shader, 'j')} - most) / sum - select(0f, 1f, j == label)) / ${batch}f;`)}`,
        }),
      }),
    ];
  },
});
