export { erf } from './erf.ts';
export { batchEntropy } from './batchEntropy.ts';
export { strength } from './strength.ts';
export { relevance } from './relevance.ts';
