import * as tf from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { conv2dFilterGradient } from '../conv/conv2dFilterGradient.ts';
import { conv2dInputGradient } from '../conv/conv2dInputGradient.ts';
import { depthwiseConv2dFilterGradient } from '../conv/depthwiseConv2dFilterGradient.ts';
import { depthwiseConv2dInputGradient } from '../conv/depthwiseConv2dInputGradient.ts';
import { routeToFirstMaximum } from '../pool/routeToFirstMaximum.ts';
import type { Shape4D } from '../window.ts';
import { convAttributes, convOptions, poolWindowOf } from './attributes.ts';
import { replaceKernel } from './replaceKernel.ts';
import { fastMatMul } from './wasmMatMul.ts';

type KernelArguments = Parameters<tf.KernelFunc>[0];

/** A shape that tfjs stored among the attributes. */
const shapeOf = (attributes: tf.NamedAttrMap | undefined, name: string) => attributes![name] as unknown as Shape4D;

/**
 * The engine calls a kernel with the caller's tensors (typed as mere infos) and takes a tensor back as well as an info, so
 * these kernels are written with ops; the ops they call tidy up after themselves, hence nothing leaks.
 */
const tensor = ({ inputs }: KernelArguments, name: string) => inputs[name] as tf.Tensor4D;

function conv2dBackpropInput(args: KernelArguments): tf.TensorInfo {
  const shape = shapeOf(args.attrs, 'inputShape');
  const filter = tensor(args, 'filter');
  const options = convOptions(shape, filter.shape, convAttributes(args.attrs), false);
  return conv2dInputGradient(tensor(args, 'dy'), filter, shape, options);
}

function conv2dBackpropFilter(args: KernelArguments): tf.TensorInfo {
  const shape = shapeOf(args.attrs, 'filterShape');
  const x = tensor(args, 'x');
  return conv2dFilterGradient(
    x,
    tensor(args, 'dy'),
    shape,
    convOptions(x.shape, shape, convAttributes(args.attrs), false),
  );
}

function depthwiseBackpropInput(args: KernelArguments): tf.TensorInfo {
  const shape = shapeOf(args.attrs, 'inputShape');
  const filter = tensor(args, 'filter');
  const options = convOptions(shape, filter.shape, convAttributes(args.attrs), true);
  return depthwiseConv2dInputGradient(tensor(args, 'dy'), filter, shape, options);
}

function depthwiseBackpropFilter(args: KernelArguments): tf.TensorInfo {
  const shape = shapeOf(args.attrs, 'filterShape');
  const x = tensor(args, 'x');
  const options = convOptions(x.shape, shape, convAttributes(args.attrs), true);
  return depthwiseConv2dFilterGradient(x, tensor(args, 'dy'), shape, options);
}

/** out[s] = Σ of the rows of x whose segment id is s; ids outside 0 … numSegments − 1 are dropped, as in TensorFlow. */
function unsortedSegmentSum({ inputs, attrs, backend }: KernelArguments): tf.TensorInfo {
  // The kernel is registered for 'wasm' only, so this is the backend it is called with.
  const wasm = backend as BackendWasm;
  const { x, segmentIds } = inputs as { x: tf.TensorInfo; segmentIds: tf.TensorInfo };
  const numSegments = attrs!.numSegments as number;
  const rows = segmentIds.shape.reduce((product, length) => product * length, 1);
  const output = wasm.makeOutput([numSegments, ...x.shape.slice(segmentIds.shape.length)], x.dtype);
  // Views after the allocation: growing the heap detaches older ones.
  const [from, ids, to] = [x, segmentIds, output].map((info) => wasm.typedArrayFromHeap(info));
  const width = rows === 0 ? 0 : from!.length / rows;
  to!.fill(0);
  for (let row = 0; row < rows; row++) {
    const segment = ids![row]!;
    if (segment < 0 || segment >= numSegments) continue;
    for (let i = 0; i < width; i++) to![segment * width + i]! += from![row * width + i]!;
  }
  return output;
}

/**
 * tfjs' own kernel adds into memory that it never cleared, so its gradients hold what lay there before; it is also twice
 * as slow (64x28x28x8, 2x2: 7.5 ms against 3.5).
 */
function maxPoolGrad({ inputs, attrs, backend }: KernelArguments): tf.TensorInfo {
  const wasm = backend as BackendWasm;
  const { dy, input } = inputs as { dy: tf.TensorInfo; input: tf.TensorInfo };
  const window = poolWindowOf(input.shape, attrs);
  const output = wasm.makeOutput(input.shape, 'float32');
  const [upstream, x, dx] = [dy, input, output].map((info) => wasm.typedArrayFromHeap(info));
  // float32 in, float32 out: the engine only pools floats on this backend.
  routeToFirstMaximum(upstream as Float32Array, x as Float32Array, dx as Float32Array, input.shape, window);
  return output;
}

/** tfjs' own kernel copies the numbers; a second name for them is enough, as on the other backends: no kernel writes in place. */
function identity({ inputs, backend }: KernelArguments): tf.TensorInfo {
  const { dataId, shape, dtype } = inputs.x!;
  (backend as BackendWasm).incRef(dataId);
  return { dataId, shape, dtype };
}

/**
 * tfjs' own kernel works out the coordinates of every single number (3x3x64x64 along the first two axes: 1.1 ms against
 * 0.03); what lies behind the last reversed axis moves together.
 */
function reverse({ inputs, attrs, backend }: KernelArguments): tf.TensorInfo {
  const wasm = backend as BackendWasm;
  const x = inputs.x!;
  const { shape } = x;
  const axes = tf.util.parseAxisParam(attrs!.dims as number[], [...shape]);
  const strides = tf.util.computeStrides([...shape]).concat(1);
  const block = shape.slice(Math.max(-1, ...axes) + 1).reduce((product, length) => product * length, 1);
  const output = wasm.makeOutput(shape, x.dtype);
  const [from, to] = [x, output].map((info) => wasm.typedArrayFromHeap(info));
  for (let start = 0; start < from!.length; start += block) {
    let target = start;
    for (const axis of axes) {
      const index = Math.floor(start / strides[axis]!) % shape[axis]!;
      target += (shape[axis]! - 1 - 2 * index) * strides[axis]!;
    }
    if (block === 1) to![target] = from![start]!;
    else to!.set(from!.subarray(start, start + block), target);
  }
  return output;
}

/** Adds what tfjs 4.22 lacks on wasm, and replaces what is slow or wrong there. Safe to call again. */
export function registerWasmKernels(): void {
  replaceKernel('wasm', 'Identity', identity);
  replaceKernel('wasm', 'Reverse', reverse);
  replaceKernel('wasm', 'Conv2DBackpropInput', conv2dBackpropInput);
  replaceKernel('wasm', 'Conv2DBackpropFilter', conv2dBackpropFilter);
  replaceKernel('wasm', 'DepthwiseConv2dNativeBackpropInput', depthwiseBackpropInput);
  replaceKernel('wasm', 'DepthwiseConv2dNativeBackpropFilter', depthwiseBackpropFilter);
  replaceKernel('wasm', 'UnsortedSegmentSum', unsortedSegmentSum);
  replaceKernel('wasm', 'MaxPoolGrad', maxPoolGrad);
  wrapMatMul();
}

/** The kernel as tfjs brought it, once ours stands in front of it. */
let honestMatMul: tf.KernelConfig | undefined;

function wrapMatMul(): void {
  honestMatMul ??= tf.getKernel('BatchMatMul', 'wasm')!;
  tf.unregisterKernel('BatchMatMul', 'wasm');
  // With tfjs' own set-up function, which binds the compiled code when the backend starts.
  tf.registerKernel({ ...honestMatMul, kernelFunc: fastMatMul(honestMatMul.kernelFunc) });
}
