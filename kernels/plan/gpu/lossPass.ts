import type { Pass, Shader } from './pass.ts';
import { loop } from './text.ts';

/** Threads that sum up a loss together. */
const TOGETHER = 64;

/** What a loss says about one of its rows, `row`. */
interface RowTexts {
  /** Sets `own` to the row's loss. */
  readonly loss: (shader: Shader) => string;
  /** Writes the row's slopes. */
  readonly slope?: (shader: Shader) => string;
  /** What the sum of all rows is multiplied by. */
  readonly share: string;
}

/** The loss and its slopes in one dispatch: one thread per row, and one more for the sum; where threads may wait, one group. */
export function lossPass(rows: number, loss: number, mayWait: boolean, { loss: own, slope, share }: RowTexts): Pass {
  const ownLoss = (shader: Shader) => `var own = 0f;\n${own(shader)}\ntotal += own;`;
  if (mayWait) {
    return {
      threads: 1,
      groupSize: TOGETHER,
      shared: `var<workgroup> sums: array<f32, ${TOGETHER}>;`,
      lanes: 1,
      body: (shader) => `
var total = 0f;
for (var row = local; row < ${rows}; row += ${TOGETHER}) {
${slope ? `{ ${slope(shader)} }` : ''}
${ownLoss(shader)}
}
sums[local] = total;
workgroupBarrier();
if (local == 0) {
${loop('k', 1, TOGETHER, 'total += sums[k];')}
${shader.at(loss, 1, 0)} = total * ${share};
}`,
    };
  }
  return {
    threads: slope ? rows + 1 : 1,
    lanes: 1,
    body: (shader) => `
if (id == 0) {
var total = 0f;
${loop('row', 0, rows, ownLoss(shader))}
${shader.at(loss, 1, 0)} = total * ${share};
return;
}
${slope ? `let row = id - 1;\n${slope(shader)}` : ''}`,
  };
}
