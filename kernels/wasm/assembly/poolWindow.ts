/** What of one window lies inside the image, and where: for windows without gaps between their taps. */
export function firstInside(out: i32, stride: i32, before: i32): i32 {
  return max(0, out * stride - before);
}

/** The row (or column) behind the last one inside. */
export function endInside(out: i32, stride: i32, before: i32, size: i32, length: i32): i32 {
  return min(length, out * stride - before + size);
}
