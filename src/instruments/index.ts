export { erf } from './erf.ts';
export { batchEntropy } from './batchEntropy.ts';
export { strength } from './strength.ts';
export { relevance } from './relevance.ts';
export { concepts } from './concepts.ts';
export { attributionGraph } from './attributionGraph.ts';
