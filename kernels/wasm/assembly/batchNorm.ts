import { addRow, madd, storePart, storeRow } from './vector.ts';

/** Bytes that stay in the first cache while they are gone through again. */
const CACHED: i32 = 16384;

/** Rows that are gone through at a time. */
function blockOf(channels: i32): i32 {
  return max(16, CACHED / (4 * channels));
}

/**
 * Mean and Σ (x − mean)² per channel: of a block of rows by their definition, joined to those of the blocks before (Chan,
 * Golub and LeVeque 1983), so that x is read from memory once.
 */
function statistics(x: usize, rows: i32, channels: i32, mean: usize, squares: usize): void {
  const step = 4 * channels;
  const block = blockOf(channels);
  for (let done = 0; done < rows; done += block, x += block * step) {
    const count = min(block, rows - done);
    const part = f32x4.splat(1 / f32(count));
    const share = f32x4.splat(f32(count) / f32(done + count));
    const weight = f32x4.splat((f32(done) * f32(count)) / f32(done + count));
    for (let c = 0; c < channels; c += 4) {
      let sum = f32x4.splat(0);
      let at = x + 4 * c;
      for (let r = count; r > 0; r--, at += step) sum = f32x4.add(sum, v128.load(at));
      const center = f32x4.mul(sum, part);
      let square = f32x4.splat(0);
      at = x + 4 * c;
      for (let r = count; r > 0; r--, at += step) {
        const distance = f32x4.sub(v128.load(at), center);
        square = madd(distance, distance, square);
      }
      if (done == 0) {
        storePart(mean + 4 * c, center, channels - c);
        storePart(squares + 4 * c, square, channels - c);
        continue;
      }
      const before = v128.load(mean + 4 * c);
      const apart = f32x4.sub(center, before);
      square = f32x4.add(square, v128.load(squares + 4 * c));
      storePart(mean + 4 * c, madd(apart, share, before), channels - c);
      storePart(squares + 4 * c, madd(f32x4.mul(apart, apart), weight, square), channels - c);
    }
  }
}

export function batchNorm(
  x: usize,
  gamma: usize,
  beta: usize,
  movingMean: usize,
  movingVariance: usize,
  y: usize,
  mean: usize,
  rstd: usize,
  rows: i32,
  channels: i32,
  epsilon: f64,
  momentum: f64,
  scratch: usize,
): void {
  statistics(x, rows, channels, mean, rstd);
  for (let c = 0; c < 4 * channels; c += 4) {
    const squares = f64(load<f32>(rstd + c));
    const center = f64(load<f32>(mean + c));
    const unbiased = squares / f64(max(rows - 1, 1));
    const inverse = 1 / sqrt<f64>(squares / f64(rows) + epsilon);
    store<f32>(movingMean + c, f32((1 - momentum) * f64(load<f32>(movingMean + c)) + momentum * center));
    store<f32>(movingVariance + c, f32((1 - momentum) * f64(load<f32>(movingVariance + c)) + momentum * unbiased));
    store<f32>(rstd + c, f32(inverse));
    store<f32>(scratch + c, f32(inverse * f64(load<f32>(gamma + c))));
  }
  normalize(x, mean, scratch, beta, y, rows, channels);
}

/** y = (x − mean) · scale + shift. */
function normalize(x: usize, mean: usize, scale: usize, shift: usize, y: usize, rows: i32, channels: i32): void {
  const step = 4 * channels;
  const block = blockOf(channels);
  for (; rows > 0; rows -= block, x += block * step, y += block * step) {
    for (let c = 0; c < channels; c += 8) {
      const count = min(block, rows);
      const meanLow = v128.load(mean + 4 * c);
      const meanHigh = v128.load(mean + 4 * c, 16);
      const scaleLow = v128.load(scale + 4 * c);
      const scaleHigh = v128.load(scale + 4 * c, 16);
      const shiftLow = v128.load(shift + 4 * c);
      const shiftHigh = v128.load(shift + 4 * c, 16);
      let from = x + 4 * c;
      let to = y + 4 * c;
      for (let r = count; r > 0; r--, from += step, to += step) {
        const low = madd(f32x4.sub(v128.load(from), meanLow), scaleLow, shiftLow);
        const high = madd(f32x4.sub(v128.load(from, 16), meanHigh), scaleHigh, shiftHigh);
        storeRow<i64>(to, low, high, channels - c);
      }
    }
  }
}

/** gamma / √(variance + epsilon). */
function scales(gamma: usize, variance: usize, channels: i32, epsilon: f64, scale: usize): void {
  for (let c = 0; c < 4 * channels; c += 4) {
    store<f32>(scale + c, f32(f64(load<f32>(gamma + c)) / sqrt<f64>(f64(load<f32>(variance + c)) + epsilon)));
  }
}

export function batchNormInference(
  x: usize,
  gamma: usize,
  beta: usize,
  movingMean: usize,
  movingVariance: usize,
  y: usize,
  rows: i32,
  channels: i32,
  epsilon: f64,
  scratch: usize,
): void {
  scales(gamma, movingVariance, channels, epsilon, scratch);
  normalize(x, movingMean, scratch, beta, y, rows, channels);
}

export function batchNormInferenceBackward(
  gamma: usize,
  movingVariance: usize,
  dy: usize,
  dx: usize,
  rows: i32,
  channels: i32,
  epsilon: f64,
  scratch: usize,
): void {
  scales(gamma, movingVariance, channels, epsilon, scratch);
  for (; rows > 0; rows--, dy += 4 * channels, dx += 4 * channels) {
    for (let c = 0; c < channels; c += 4) {
      storePart(dx + 4 * c, f32x4.mul(v128.load(dy + 4 * c), v128.load(scratch + 4 * c)), channels - c);
    }
  }
}

export function batchNormBackward(
  x: usize,
  gamma: usize,
  mean: usize,
  rstd: usize,
  dy: usize,
  dx: usize,
  dgamma: usize,
  dbeta: usize,
  rows: i32,
  channels: i32,
  scratch: usize,
): void {
  const step = 4 * channels;
  const block = blockOf(2 * channels);
  // Σ dy and Σ dy · x̂, whole vectors of channels each.
  const padded = 4 * ((channels + 7) & ~7);
  const sums = scratch;
  const products = scratch + padded;
  memory.fill(scratch, 0, 2 * padded);
  for (let done = 0; done < rows; done += block) {
    for (let c = 0; c < channels; c += 4) {
      const center = v128.load(mean + 4 * c);
      let sum = f32x4.splat(0);
      let product = f32x4.splat(0);
      let from = x + done * step + 4 * c;
      let slope = dy + done * step + 4 * c;
      for (let r = min(block, rows - done); r > 0; r--, from += step, slope += step) {
        const d = v128.load(slope);
        sum = f32x4.add(sum, d);
        product = madd(d, f32x4.sub(v128.load(from), center), product);
      }
      product = f32x4.mul(product, v128.load(rstd + 4 * c));
      addRow<i32>(sums + 4 * c, sum, sum, channels - c);
      addRow<i32>(products + 4 * c, product, product, channels - c);
    }
  }
  for (let c = 0; c < channels; c += 4) {
    const sum = v128.load(sums + 4 * c);
    const product = v128.load(products + 4 * c);
    if (dbeta) addRow<i32>(dbeta + 4 * c, sum, sum, channels - c);
    if (dgamma) addRow<i32>(dgamma + 4 * c, product, product, channels - c);
  }
  if (!dx) return;
  // dx = scale · dy − scale · (Σ dy + x̂ · Σ dy·x̂) / rows
  const part = f32x4.splat(-1 / f32(rows));
  for (let done = 0; done < rows; done += block) {
    for (let c = 0; c < channels; c += 4) {
      const center = v128.load(mean + 4 * c);
      const inverse = v128.load(rstd + 4 * c);
      const scale = f32x4.mul(v128.load(gamma + 4 * c), inverse);
      const constant = f32x4.mul(f32x4.mul(scale, part), v128.load(sums + 4 * c));
      const tilt = f32x4.mul(f32x4.mul(f32x4.mul(scale, part), inverse), v128.load(products + 4 * c));
      let from = x + done * step + 4 * c;
      let slope = dy + done * step + 4 * c;
      let to = dx + done * step + 4 * c;
      for (let r = min(block, rows - done); r > 0; r--, from += step, slope += step, to += step) {
        const rest = madd(f32x4.sub(v128.load(from), center), tilt, constant);
        storePart(to, madd(v128.load(slope), scale, rest), channels - c);
      }
    }
  }
}
