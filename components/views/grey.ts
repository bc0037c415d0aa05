/** The mean over channels of an image [height, width, channels] with `pixels` = height · width. */
export function grey(values: Float32Array, pixels: number): Float32Array {
  const channels = values.length / pixels;
  if (channels === 1) return values;
  return Float32Array.from({ length: pixels }, (_, i) => {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += values[i * channels + c]!;
    return sum / channels;
  });
}
