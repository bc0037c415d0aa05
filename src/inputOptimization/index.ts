export { activationMaximization } from './activationMaximization.ts';
export { deepDream } from './deepDream.ts';
export { fgsm } from './fgsm.ts';
export { pgd } from './pgd.ts';
