export { epsilonPlusFlat } from './epsilonPlusFlat.ts';
