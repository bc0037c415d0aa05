export { heNormal } from './heNormal.ts';
export { heUniform } from './heUniform.ts';
export { glorotNormal } from './glorotNormal.ts';
export { glorotUniform } from './glorotUniform.ts';
export { lecunNormal } from './lecunNormal.ts';
export { lecunUniform } from './lecunUniform.ts';
export { orthogonal } from './orthogonal.ts';
