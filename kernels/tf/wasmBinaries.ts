/**
 * Where the WebAssembly binaries of tfjs lie: a folder (a path or URL that ends in a slash), or a path or URL per binary
 * name (`tfjs-backend-wasm.wasm`, `tfjs-backend-wasm-simd.wasm`).
 */
export type WasmPaths = string | Readonly<Record<string, string>>;

const isNode = () => typeof globalThis.process === 'object' && typeof globalThis.process.versions?.node === 'string';

/**
 * The binaries beside this very program.
 *
 * In a browser the two URLs below are the whole mechanism: Vite (server, build and workers) and webpack see
 * `new URL('package/file', import.meta.url)`, copy the file and put its final address there. Without a bundler, or where
 * a foreign one rewrites `import.meta.url`, the address is wrong and the caller passes `wasmPaths` to startEngine.
 * In Node the package is looked up from this file, which also works in a bundle that runs beside a node_modules.
 */
export function wasmBinaries(): WasmPaths {
  if (isNode()) return nodeFolder();
  const plain = new URL('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm', import.meta.url);
  const simd = new URL('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm', import.meta.url);
  return {
    'tfjs-backend-wasm.wasm': beside(plain.href),
    'tfjs-backend-wasm-simd.wasm': beside(simd.href),
  };
}

/**
 * The development server of Vite pre-bundles installed packages and takes the address as relative to this file; there the
 * package is a neighbour of ours.
 */
function beside(address: string): string {
  return address.replace(/\/neuroloupe\/dist\/kernels\/tf\/@tensorflow\//, '/@tensorflow/');
}

function nodeFolder(): string {
  // Not `import 'node:module'`: a browser build would stumble over it.
  const { createRequire } = globalThis.process.getBuiltinModule('node:module');
  try {
    const main = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json');
    return main.replace(/package\.json$/, 'dist/');
  } catch {
    throw new Error('its binaries are not beside this program; pass wasmPaths to startEngine');
  }
}

/**
 * tfjs' loader is CommonJS and asks for `require` and `__dirname` in Node, which an ES module bundle does not have. This
 * lends it both while it starts.
 */
export async function withNodeGlobals<T>(start: () => Promise<T>): Promise<T> {
  if (!isNode()) return start();
  // The two names are not part of globalThis's type; they exist only while the loader runs.
  const scope = globalThis as unknown as Record<'require' | '__dirname', unknown>;
  const lent = (['require', '__dirname'] as const).filter((name) => scope[name] === undefined);
  const { createRequire } = globalThis.process.getBuiltinModule('node:module');
  const values = { require: createRequire(import.meta.url), __dirname: '.' };
  for (const name of lent) scope[name] = values[name];
  try {
    return await start();
  } finally {
    for (const name of lent) delete scope[name];
  }
}
