/** What the browser says about its GPU. */
export interface Adapter {
  readonly vendor: string;
  readonly architecture: string;
  readonly description: string;
  /** True for a GPU that is only emulated on the processor. */
  readonly isFallback: boolean;
}

/** Names under which software renderers present themselves. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|\bwarp\b|microsoft basic render/i;

/** Older browsers keep the flag on the adapter, newer ones on its info. */
type FlaggedAdapter = GPUAdapter & { readonly isFallbackAdapter?: boolean };

/** Asks for a GPU: its description, or a sentence that says why there is none. Never throws. */
export async function findAdapter(): Promise<Adapter | string> {
  const gpu = globalThis.navigator?.gpu;
  if (!gpu) return 'no GPU: there is no WebGPU here';
  try {
    const adapter: FlaggedAdapter | null = await gpu.requestAdapter({ powerPreference: 'high-performance' });
    if (!adapter) return 'no GPU: WebGPU found no adapter';
    const { vendor = '', architecture = '', description = '', isFallbackAdapter } = adapter.info ?? {};
    const isFallback = Boolean(isFallbackAdapter ?? adapter.isFallbackAdapter);
    return {
      vendor,
      architecture,
      description,
      isFallback: isFallback || SOFTWARE.test(`${vendor} ${architecture} ${description}`),
    };
  } catch (error) {
    return `no GPU: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** The adapter's shortest telling name. */
export function adapterName({ vendor, architecture, description }: Adapter): string {
  const known = [architecture, description, vendor];
  return (
    known.find((name) => SOFTWARE.test(name)) ?? (description || [vendor, architecture].join(' ').trim() || 'unnamed')
  );
}
