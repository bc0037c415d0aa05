/**
 * Copies an image into a larger one, `top` rows below and `left` pixels right of its corner; what does not fit is left
 * out, what is around stays as it is.
 */
export function placeImage(
  from: usize,
  height: i32,
  width: i32,
  pixelBytes: i32,
  to: usize,
  toHeight: i32,
  toWidth: i32,
  top: i32,
  left: i32,
): void {
  const rows = min(height, toHeight - top);
  const bytes = min(width, toWidth - left) * pixelBytes;
  if (bytes <= 0) return;
  to += (top * toWidth + left) * pixelBytes;
  for (let y = 0; y < rows; y++, from += width * pixelBytes, to += toWidth * pixelBytes) {
    memory.copy(to, from, bytes);
  }
}

/** Rounds down, where the machine rounds towards zero. */
export function floorDivide(a: i32, b: i32): i32 {
  const quotient = a / b;
  return quotient * b > a ? quotient - 1 : quotient;
}
