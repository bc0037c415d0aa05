import { expect, test } from 'vitest';
import { differentiate, evaluateExpression, parseExpression, toWgsl, wgslFunctions } from '#kernels';

const POINTS = 256;

/** Two expressions at every x, on the first adapter there is. */
async function onDevice(
  device: GPUDevice,
  statements: string,
  results: readonly string[],
  x: Float32Array<ArrayBuffer>,
) {
  const code = `
    @group(0) @binding(0) var<storage, read_write> numbers: array<f32>;
    ${wgslFunctions}
    @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
      let x = numbers[id.x];
      ${statements}
      numbers[${POINTS}u + id.x] = ${results[0]};
      numbers[${2 * POINTS}u + id.x] = ${results[1]};
    }`;
  const module = device.createShaderModule({ code });
  const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module } });
  const size = 4 * 3 * POINTS;
  const buffer = device.createBuffer({
    size,
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC,
  });
  const back = device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  device.queue.writeBuffer(buffer, 0, x);
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(
    0,
    device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries: [{ binding: 0, resource: { buffer } }] }),
  );
  pass.dispatchWorkgroups(POINTS / 64);
  pass.end();
  encoder.copyBufferToBuffer(buffer, 0, back, 0, size);
  device.queue.submit([encoder.finish()]);
  await back.mapAsync(GPUMapMode.READ);
  const found = new Float32Array(back.getMappedRange()).slice(POINTS);
  buffer.destroy();
  back.destroy();
  return [found.subarray(0, POINTS), found.subarray(POINTS)] as const;
}

const evenly = (low: number, high: number) =>
  Float32Array.from({ length: POINTS }, (_, i) => low + ((high - low) * i) / (POINTS - 1));

/** Formulas, where they are tried, and what they may be off by: 1 where the value is smaller, else in proportion. */
const cases = [
  ['max(0, x) * exp(1 - 0.5 * relu(x))', evenly(-1e4, 1e4), 2e-6],
  // 1 − tanh² is off by twice tanh's 4e-7, and x multiplies it.
  ['x * tanh(x)', evenly(-100, 100), 8e-6],
  ['0.5 * x * (1 + erf(x * sqrt(0.5)))', evenly(-30, 30), 2e-6],
  ['sigmoid(x) + softplus(x)', evenly(-200, 200), 2e-6],
  // Float32 knows 3 x to 8e-6 only.
  ['sin(3 * x) + x * cos(x)', evenly(-50, 50), 2e-5],
  ['if(x > 0, x, expm1(min(x, 0)))', evenly(-20, 5), 2e-6],
  ['log(1 + x^2) + log1p(abs(x)) + (1 + abs(x))^-1.5', evenly(-3, 3), 2e-6],
  ['x^3 - (1 + x^2)^0.3 / (2 + sign(x))', evenly(-2, 2), 4e-6],
] as const;

test('expressions and their derivatives are right in shaders', async () => {
  const device = await (await navigator.gpu.requestAdapter())!.requestDevice();
  const misses: string[] = [];
  for (const [formula, x, most] of cases) {
    const value = parseExpression(formula, { names: ['x'] });
    const expressions = [value, differentiate(value, 'x')];
    const { statements, results } = toWgsl(expressions, { x: 'x' });
    const found = await onDevice(device, statements, results, x);
    expressions.forEach((expression, e) => {
      const off = x.reduce((worst, at, i) => {
        const wanted = evaluateExpression(expression, { x: at });
        const miss = Math.abs(found[e]![i]! - wanted) / Math.max(1, Math.abs(wanted));
        return Number.isNaN(miss) ? Infinity : Math.max(worst, miss);
      }, 0);
      if (!(off < most)) misses.push(`${formula}, ${e === 0 ? 'value' : 'derivative'}: off by ${off}`);
    });
  }
  device.destroy();
  expect(misses).toEqual([]);
});
