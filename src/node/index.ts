export { readDataFiles } from './readDataFiles.ts';
