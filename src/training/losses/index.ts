export { softmaxCrossEntropy } from './softmaxCrossEntropy.ts';
export { mse } from './mse.ts';
export { binaryCrossEntropy } from './binaryCrossEntropy.ts';
