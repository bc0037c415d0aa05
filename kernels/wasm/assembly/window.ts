import { placeImage } from './images.ts';

/** Sizes of a convolution, kept at the start of its scratch memory: see WindowDims in kernels/plan/tensors. */
@unmanaged
export class Window {
  batch: i32;
  height: i32;
  width: i32;
  outHeight: i32;
  outWidth: i32;
  kernelHeight: i32;
  kernelWidth: i32;
  strideY: i32;
  strideX: i32;
  top: i32;
  left: i32;
  dilationY: i32;
  dilationX: i32;
  inChannels: i32;
  outChannels: i32;

  /** The first byte behind it. */
  get end(): usize {
    return changetype<usize>(this) + 64;
  }

  get taps(): i32 {
    return this.kernelHeight * this.kernelWidth;
  }

  /** Pixels of one image of the output. */
  get pixels(): i32 {
    return this.outHeight * this.outWidth;
  }

  /** Rows of the plane that the windows reach. */
  get seenHeight(): i32 {
    return (this.outHeight - 1) * this.strideY + (this.kernelHeight - 1) * this.dilationY + 1;
  }

  get seenWidth(): i32 {
    return (this.outWidth - 1) * this.strideX + (this.kernelWidth - 1) * this.dilationX + 1;
  }

  /** Some of that lies outside the image. */
  get isPadded(): bool {
    return this.top > 0 || this.left > 0 || this.seenHeight > this.height || this.seenWidth > this.width;
  }

  /** Bytes from row to row of what the windows see. */
  get rowBytes(): i32 {
    return 4 * this.inChannels * (this.isPadded ? this.seenWidth : this.width);
  }

  /** Bytes from image to image of what the windows see. */
  get imageBytes(): i32 {
    return (this.isPadded ? this.seenHeight : this.height) * this.rowBytes;
  }

  /** Bytes of memory for an image with its padding, if it has any. */
  get paddedBytes(): i32 {
    return this.isPadded ? this.imageBytes : 0;
  }

  /** `count` images from number n on as the windows see them; `padded` holds zeros around them. */
  images(x: usize, n: i32, count: i32, padded: usize): usize {
    const pixel = 4 * this.inChannels;
    const bytes = this.height * this.width * pixel;
    const images = x + n * bytes;
    if (!this.isPadded) return images;
    for (let i = 0; i < count; i++) {
      const to = padded + i * this.imageBytes;
      const from = images + i * bytes;
      placeImage(from, this.height, this.width, pixel, to, this.seenHeight, this.seenWidth, this.top, this.left);
    }
    return padded;
  }
}

export function windowAt(
  at: usize,
  batch: i32,
  height: i32,
  width: i32,
  outHeight: i32,
  outWidth: i32,
  kernelHeight: i32,
  kernelWidth: i32,
  strideY: i32,
  strideX: i32,
  top: i32,
  left: i32,
  dilationY: i32,
  dilationX: i32,
  inChannels: i32,
  outChannels: i32,
): Window {
  const window = changetype<Window>(at);
  window.batch = batch;
  window.height = height;
  window.width = width;
  window.outHeight = outHeight;
  window.outWidth = outWidth;
  window.kernelHeight = kernelHeight;
  window.kernelWidth = kernelWidth;
  window.strideY = strideY;
  window.strideX = strideX;
  window.top = top;
  window.left = left;
  window.dilationY = dilationY;
  window.dilationX = dilationX;
  window.inChannels = inChannels;
  window.outChannels = outChannels;
  return window;
}
