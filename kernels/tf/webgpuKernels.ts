import * as tf from '@tensorflow/tfjs-core';
import { webgpu_util, type WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { Window } from '../window.ts';
import { poolWindowOf } from './attributes.ts';
import { replaceKernel } from './replaceKernel.ts';

type Program = Parameters<WebGPUBackend['runWebGPUProgram']>[0];

/**
 * One thread per input pixel, no barriers: it looks at every window the pixel is in and takes that window's dy if nothing
 * in the window is larger and nothing before it (row-major) is as large.
 */
const SOURCE = `
  fn main(index : i32) {
    if (index < uniforms.size) {
      let coords = getCoordsFromIndex(index);
      let batch = coords[0];
      let row = coords[1];
      let column = coords[2];
      let channel = coords[3];
      let value = getX(batch, row, column, channel);
      let paddedRow = row + uniforms.pads.x;
      let paddedColumn = column + uniforms.pads.y;
      // Windows o with o·stride ≤ padded position < o·stride + size.
      let firstY = max(0, (paddedRow - uniforms.window.x + uniforms.strides.x) / uniforms.strides.x);
      let lastY = min(uniforms.outputs.x - 1, paddedRow / uniforms.strides.x);
      let firstX = max(0, (paddedColumn - uniforms.window.y + uniforms.strides.y) / uniforms.strides.y);
      let lastX = min(uniforms.outputs.y - 1, paddedColumn / uniforms.strides.y);
      var sum = 0.0;
      for (var oy = firstY; oy <= lastY; oy++) {
        let top = oy * uniforms.strides.x - uniforms.pads.x;
        let endY = min(uniforms.image.x, top + uniforms.window.x);
        for (var ox = firstX; ox <= lastX; ox++) {
          let left = ox * uniforms.strides.y - uniforms.pads.y;
          let endX = min(uniforms.image.y, left + uniforms.window.y);
          var isFirst = true;
          for (var y = max(0, top); y < endY; y++) {
            for (var x = max(0, left); x < endX; x++) {
              let other = getX(batch, y, x, channel);
              let isBefore = y < row || (y == row && x < column);
              if (other > value || (isBefore && other == value)) {
                isFirst = false;
              }
            }
          }
          if (isFirst) {
            sum += getDy(batch, oy, ox, channel);
          }
        }
      }
      setOutputAtIndex(index, sum);
    }
  }
`;

function program(shape: readonly number[]): Program {
  const outputShape = [...shape];
  const workgroupSize: [number, number, number] = [64, 1, 1];
  const dispatchLayout = webgpu_util.flatDispatchLayout(outputShape);
  return {
    variableNames: ['dy', 'x'],
    uniforms: 'strides : vec2<i32>, pads : vec2<i32>, window : vec2<i32>, image : vec2<i32>, outputs : vec2<i32>,',
    outputShape,
    workgroupSize,
    dispatchLayout,
    dispatch: webgpu_util.computeDispatch(dispatchLayout, outputShape, workgroupSize),
    size: true,
    shaderKey: 'firstMaximumPoolGradient',
    getUserCode: () => SOURCE,
  };
}

const uniform = (data: readonly number[]) => ({ type: 'int32', data: [...data] });

const uniformsOf = ({ stride, padding, size, output }: Window, shape: readonly number[]) =>
  [stride, [padding[0], padding[2]], size, [shape[1]!, shape[2]!], output].map(uniform);

/** tfjs' own kernel keeps the last maximum of a window (it compares with ≥); the rule here is the first. */
function maxPoolGrad({ inputs, attrs, backend }: Parameters<tf.KernelFunc>[0]): tf.TensorInfo {
  const { dy, input } = inputs as { dy: tf.TensorInfo; input: tf.TensorInfo };
  const window = poolWindowOf(input.shape, attrs);
  // The kernel is registered for 'webgpu' only, so this is the backend it is called with.
  const webgpu = backend as WebGPUBackend;
  return webgpu.runWebGPUProgram(program(input.shape), [dy, input], 'float32', uniformsOf(window, input.shape));
}

/** Replaces what is wrong in tfjs 4.22 on WebGPU. Safe to call again. */
export function registerWebgpuKernels(): void {
  replaceKernel('webgpu', 'MaxPoolGrad', maxPoolGrad);
}
