import { exponential, keepPart, largestOf, logarithm, sumOf } from './elementary.ts';
import { storePart } from './vector.ts';

export function softmaxCrossEntropy(
  logits: usize,
  labels: usize,
  loss: usize,
  dlogits: usize,
  batch: i32,
  classes: i32,
): void {
  const share: f32 = 1 / f32(batch);
  let total: f64 = 0;
  // Of several sums of exponentials, each 1 or more: ln a + ln b = ln ab, and a logarithm takes longer than a product.
  let sumProduct: f64 = 1;
  for (let n = 0; n < batch; n++, logits += 4 * classes) {
    let most = f32x4.splat(load<f32>(logits));
    for (let j = 0; j < classes; j += 4)
      most = f32x4.pmax(most, keepPart(v128.load(logits + 4 * j), classes - j, most));
    const largest = largestOf(most);
    let sums = f32x4.splat(0);
    for (let j = 0; j < classes; j += 4) {
      const e = exponential(f32x4.sub(v128.load(logits + 4 * j), f32x4.splat(largest)));
      sums = f32x4.add(sums, keepPart(e, classes - j, f32x4.splat(0)));
      if (dlogits) storePart(dlogits + 4 * j, e, classes - j);
    }
    const sum = sumOf(sums);
    const label = i32(load<f32>(labels + 4 * n));
    total += f64(largest) - f64(load<f32>(logits + 4 * label));
    sumProduct *= sum;
    if (sumProduct > 1e200) {
      total += logarithm(sumProduct);
      sumProduct = 1;
    }
    if (!dlogits) continue;
    const scale = f32x4.splat(share / sum);
    for (let j = 0; j < classes; j += 4) {
      storePart(dlogits + 4 * j, f32x4.mul(v128.load(dlogits + 4 * j), scale), classes - j);
    }
    store<f32>(dlogits + 4 * label, load<f32>(dlogits + 4 * label) - share);
    dlogits += 4 * classes;
  }
  store<f32>(loss, f32((total + logarithm(sumProduct)) / f64(batch)));
}

export function binaryCrossEntropy(logits: usize, labels: usize, loss: usize, dlogits: usize, batch: i32): void {
  let total: f64 = 0;
  for (let n = 0; n < batch; n++) {
    const z = load<f32>(logits + 4 * n);
    const label = load<f32>(labels + 4 * n);
    const e = f32x4.extract_lane(exponential(f32x4.splat(-abs(z))), 0);
    total += f64(max(z, 0) - z * label) + logarithm(1 + f64(e));
    const sigmoid = (z >= 0 ? f32(1) : e) / (1 + e);
    if (dlogits) store<f32>(dlogits + 4 * n, (sigmoid - label) / f32(batch));
  }
  store<f32>(loss, f32(total / f64(batch)));
}

export function mse(logits: usize, labels: usize, loss: usize, dlogits: usize, batch: i32, outputs: i32): void {
  const scale: f32 = 2 / f32(batch * outputs);
  let total: f64 = 0;
  for (let n = 0; n < batch; n++) {
    const label = load<f32>(labels + 4 * n);
    for (let j = 0; j < outputs; j++, logits += 4) {
      const target = outputs == 1 ? label : f32(f32(j) == label);
      const distance = load<f32>(logits) - target;
      total += f64(distance) * f64(distance);
      if (!dlogits) continue;
      store<f32>(dlogits, scale * distance);
      dlogits += 4;
    }
  }
  store<f32>(loss, f32(total / f64(batch * outputs)));
}
