import { backend_util, type NamedAttrMap } from '@tensorflow/tfjs-core';
import type { ConvOptions, Padding, Window } from '../window.ts';

type Rounding = 'floor' | 'round' | 'ceil';

/** What tfjs stores with a convolution or pool. */
export interface KernelAttributes {
  readonly strides: number | [number, number];
  readonly pad: 'valid' | 'same' | number | backend_util.ExplicitPadding;
  readonly dilations?: number | [number, number];
  readonly dataFormat?: string;
  readonly dimRoundingMode?: Rounding;
}

/** The attributes of a convolution out of tfjs' untyped map; throws for images that are not channels-last. */
export function convAttributes(attributes: NamedAttrMap | undefined): KernelAttributes {
  // tfjs types attributes as a map of anything; these are the ones its convolution ops store.
  const typed = attributes as unknown as KernelAttributes;
  if (typed.dataFormat === 'NCHW') {
    throw new Error("no gradient for convolutions of format NCHW; transpose to NHWC and use dataFormat 'NHWC'");
  }
  return typed;
}

interface PoolAttributes extends KernelAttributes {
  readonly filterSize: number | [number, number];
}

type Shape = readonly number[];
type Four = [number, number, number, number];

/** tfjs' words for padding ('same', 'valid', a number, explicit) as four numbers, with strides and dilations as pairs. */
export function convOptions(x: Shape, filter: Shape, attributes: KernelAttributes, isDepthwise: boolean): ConvOptions {
  const { strides, dilations = 1, pad, dimRoundingMode } = attributes;
  const info = backend_util.computeConv2DInfo(
    x as Four,
    filter as Four,
    strides,
    dilations,
    pad,
    dimRoundingMode,
    isDepthwise,
  );
  return {
    stride: [info.strideHeight, info.strideWidth],
    dilation: [info.dilationHeight, info.dilationWidth],
    padding: tight(info, x),
  };
}

/** The same for a pool, as a window: tfjs also pools where `same` padding is as wide as the window. */
export function poolWindowOf(x: Shape, attributes: NamedAttrMap | undefined): Window {
  // As above: what tfjs' pooling ops store.
  const { filterSize, strides, pad, dimRoundingMode } = attributes as unknown as PoolAttributes;
  const info = backend_util.computePool2DInfo(x as Four, filterSize, strides, 1, pad, dimRoundingMode);
  return {
    size: [info.filterHeight, info.filterWidth],
    stride: [info.strideHeight, info.strideWidth],
    dilation: [1, 1],
    padding: tight(info, x),
    output: [info.outHeight, info.outWidth],
  };
}

/** Padding that gives exactly tfjs' output size under our rule (floor), whatever rounding tfjs was asked for. */
function tight(info: backend_util.Conv2DInfo, x: Shape): Padding {
  const { top, left } = info.padInfo;
  const below = (info.outHeight - 1) * info.strideHeight + info.effectiveFilterHeight - x[1]! - top;
  const right = (info.outWidth - 1) * info.strideWidth + info.effectiveFilterWidth - x[2]! - left;
  return [top, Math.max(0, below), left, Math.max(0, right)];
}
