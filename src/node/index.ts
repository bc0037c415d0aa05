export { readDataFiles } from './readDataFiles.ts';
export { load, save } from './saved.ts';
