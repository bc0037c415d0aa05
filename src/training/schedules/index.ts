export { constant } from './constant.ts';
export { cosine } from './cosine.ts';
export { stepped } from './stepped.ts';
export { warmup } from './warmup.ts';
