export { fourConv } from './fourConv.ts';
export { convPool } from './convPool.ts';
export { residual } from './residual.ts';
export { dilated } from './dilated.ts';
export { perceptron } from './perceptron.ts';
export { twoHidden } from './twoHidden.ts';
export { dendritic } from './dendritic.ts';
export { gates } from './gates.ts';
