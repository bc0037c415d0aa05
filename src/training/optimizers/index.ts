export { sgd } from './sgd.ts';
export { momentum } from './momentum.ts';
export { nesterov } from './nesterov.ts';
export { rmsprop } from './rmsprop.ts';
export { adam } from './adam.ts';
export { adamw } from './adamw.ts';
