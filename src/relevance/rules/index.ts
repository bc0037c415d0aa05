export { epsilon } from './epsilon.ts';
export { zPlus } from './zPlus.ts';
export { flat } from './flat.ts';
export { norm } from './norm.ts';
export { pass } from './pass.ts';
export { gradient } from './gradient.ts';
