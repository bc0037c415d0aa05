/** Buffers through which numbers come back from the GPU; each is used again when its numbers have been taken. */
export interface Readings {
  /** A buffer of at least so many bytes to copy into. */
  take(bytes: number): GPUBuffer;
  /** The first bytes of a buffer that was taken as numbers, once the GPU is done; the buffer is free again. */
  finish(buffer: GPUBuffer, bytes: number): Promise<Float32Array>;
  readonly bytes: number;
  dispose(): void;
}

export function readings(device: GPUDevice): Readings {
  const all = new Set<GPUBuffer>();
  const free = new Set<GPUBuffer>();
  return {
    take(bytes) {
      let buffer = [...free].find(({ size }) => size >= bytes);
      if (!buffer) {
        buffer = device.createBuffer({ size: bytes, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
        all.add(buffer);
      }
      free.delete(buffer);
      return buffer;
    },
    async finish(buffer, bytes) {
      await buffer.mapAsync(GPUMapMode.READ, 0, bytes);
      const numbers = new Float32Array(buffer.getMappedRange(0, bytes)).slice();
      buffer.unmap();
      free.add(buffer);
      return numbers;
    },
    get bytes() {
      return [...all].reduce((sum, { size }) => sum + size, 0);
    },
    dispose() {
      for (const buffer of all) buffer.destroy();
      all.clear();
      free.clear();
    },
  };
}
