import { zeros64, type Float64Tensor } from '../oracle.ts';

/** A dense layer by its definition, in float64: y[n, j] = b[j] + Σ_i x[n, i] · k[i, j]. */
export function denseOracle(x: Float64Tensor, kernel: Float64Tensor, bias?: Float64Tensor): Float64Tensor {
  const [batch, inputs, units] = [x.shape[0]!, kernel.shape[0]!, kernel.shape[1]!];
  const y = zeros64([batch, units]);
  for (let n = 0; n < batch; n++)
    for (let j = 0; j < units; j++) {
      let sum = bias?.data[j] ?? 0;
      for (let i = 0; i < inputs; i++) sum += x.data[n * inputs + i]! * kernel.data[i * units + j]!;
      y.data[n * units + j] = sum;
    }
  return y;
}

/** Gradients of Σ dy·dense(x, k, b) with respect to x, k and b, in float64. */
export function denseGradientsOracle(dy: Float64Tensor, x: Float64Tensor, kernel: Float64Tensor) {
  const [batch, inputs, units] = [x.shape[0]!, kernel.shape[0]!, kernel.shape[1]!];
  const [dx, dk, db] = [zeros64(x.shape), zeros64(kernel.shape), zeros64([units])];
  for (let n = 0; n < batch; n++)
    for (let j = 0; j < units; j++) {
      const upstream = dy.data[n * units + j]!;
      db.data[j]! += upstream;
      for (let i = 0; i < inputs; i++) {
        dx.data[n * inputs + i]! += upstream * kernel.data[i * units + j]!;
        dk.data[i * units + j]! += upstream * x.data[n * inputs + i]!;
      }
    }
  return { input: dx, kernel: dk, bias: db };
}
