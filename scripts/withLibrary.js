import { mkdtempSync, rmSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { root } from './root.js';

/**
 * Builds the library from the sources as they are now, as bare Node can load it, hands its address to a job, and removes
 * it afterwards. Below node_modules, because there it finds the binaries of the wasm tier.
 * @template T
 * @param {(libraryUrl: string) => Promise<T>} job
 * @returns {Promise<T>}
 */
export async function withLibrary(job) {
  const folder = mkdtempSync(`${root}/node_modules/.neuroloupe-`);
  try {
    const { build, defaultServerConditions } = await import('vite');
    await build({
      root,
      configFile: false,
      publicDir: false,
      logLevel: 'warn',
      ssr: { noExternal: true, resolve: { conditions: ['neuroloupe-source', ...defaultServerConditions] } },
      build: { ssr: 'src/index.ts', outDir: folder, target: 'node20', emptyOutDir: true },
    });
    return await job(pathToFileURL(`${folder}/index.js`).href);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
