import { ABSENT } from '../plan.ts';
import { lossPass } from './lossPass.ts';
import { defineGpuKernel, type Shader } from './pass.ts';
import { loop } from './text.ts';

export const mse = defineGpuKernel<{ readonly batch: number; readonly outputs: number }>({
  id: 'mse',
  passes({ dims: { batch, outputs }, buffers, mayWait }) {
    const [logits, labels, loss, dlogits] = buffers as readonly [number, number, number, number];
    const size = batch * outputs;
    const distance = (shader: Shader) => `
let label = ${shader.at(labels, 1, 'row')};
let aim = ${outputs === 1 ? 'label' : 'select(0f, 1f, j == i32(label))'};
let distance = ${shader.at(logits, 1, `row * ${outputs} + j`)} - aim;`;
    return [
      lossPass(batch, loss, mayWait, {
        loss: (shader) => loop('j', 0, outputs, `${distance(shader)}\nown += distance * distance;`),
        share: `1f / ${size}f`,
        ...(dlogits !== ABSENT && {
          slope: (shader) =>
            loop(
              'j',
              0,
              outputs,
              `${distance(shader)}\n${shader.at(dlogits, 1, `row * ${outputs} + j`)} = distance * ${2 / size}f;`,
            ),
        }),
      }),
    ];
  },
});
