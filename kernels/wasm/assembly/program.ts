import { conv2d, conv2dBackward } from './conv2d.ts';
import { dense, denseBackward } from './dense.ts';

export { dense, denseBackward, conv2d, conv2dBackward };
