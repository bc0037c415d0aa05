import type { Job } from './shaderText.ts';

/** A dispatch with everything it needs. */
export interface PreparedJob {
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
  readonly workgroups: readonly [number, number];
}

/** Compiles every distinct shader once, all at the same time, and binds the arena's pieces. */
export async function preparedJobs<Part extends string>(
  device: GPUDevice,
  arena: GPUBuffer,
  parts: Readonly<Record<Part, readonly Job[]>>,
): Promise<{ readonly prepared: Readonly<Record<Part, readonly PreparedJob[]>>; readonly pipelines: number }> {
  const layouts = new Map<number, GPUBindGroupLayout>();
  const layoutFor = (bindings: number): GPUBindGroupLayout => {
    const made =
      layouts.get(bindings) ??
      device.createBindGroupLayout({
        entries: Array.from({ length: bindings }, (_, binding) => ({
          binding,
          visibility: GPUShaderStage.COMPUTE,
          buffer: { type: 'storage' },
        })),
      });
    layouts.set(bindings, made);
    return made;
  };
  const jobs = Object.values<readonly Job[]>(parts).flat();
  const bySource = new Map(jobs.map((job) => [job.source, job] as const));
  const pipelines = new Map(
    await Promise.all(
      [...bySource].map(async ([source, { bindings }]) => {
        const layout = device.createPipelineLayout({ bindGroupLayouts: [layoutFor(bindings.length)] });
        const module = device.createShaderModule({ code: source });
        return [source, await device.createComputePipelineAsync({ layout, compute: { module } })] as const;
      }),
    ),
  );
  const prepare = ({ source, bindings, workgroups }: Job): PreparedJob => ({
    pipeline: pipelines.get(source)!,
    workgroups,
    group: device.createBindGroup({
      layout: layoutFor(bindings.length),
      entries: bindings.map(({ at, size }, binding) => ({
        binding,
        resource: { buffer: arena, offset: 4 * at, size: 4 * size },
      })),
    }),
  });
  const prepared = Object.entries<readonly Job[]>(parts).map(([part, own]) => [part, own.map(prepare)] as const);
  return {
    // Cast: the keys are those of the plan.
    prepared: Object.fromEntries(prepared) as unknown as Record<Part, readonly PreparedJob[]>,
    pipelines: pipelines.size,
  };
}
