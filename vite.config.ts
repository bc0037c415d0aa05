import { svelte } from '@sveltejs/vite-plugin-svelte';
import { playwright } from '@vitest/browser-playwright';
import { defaultClientConditions, defaultServerConditions } from 'vite';
import { defineConfig } from 'vitest/config';

// The `neuroloupe-source` condition makes '#src' and '#kernels' resolve to the sources here and to dist in the package.
const SOURCE = 'neuroloupe-source';

// WebGPU without a GPU: Chromium's software adapter. The other switches keep a headless browser off the network.
const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--enable-unsafe-webgpu',
  '--enable-features=Vulkan',
  '--use-webgpu-adapter=swiftshader',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

export default defineConfig({
  base: './',
  publicDir: 'static',
  plugins: [svelte()],
  resolve: { conditions: [SOURCE, ...defaultClientConditions] },
  ssr: {
    resolve: { conditions: [SOURCE, ...defaultServerConditions] },
    // tfjs's ES modules import without file endings, which bare Node refuses; so they are always bundled or inlined.
    noExternal: [/^@tensorflow\//],
  },
  worker: { format: 'es' },
  build: { outDir: 'site', target: 'es2022' },
  server: { host: '127.0.0.1' },
  // Left alone, Vite would scan every page below here for packages, the tests' included.
  optimizeDeps: { entries: ['*.html'] },
  test: {
    projects: [
      { extends: true, test: { name: 'unit', include: ['tests/unit/**/*.test.ts'], testTimeout: 60_000 } },
      { extends: true, test: { name: 'golden', include: ['tests/golden/**/*.test.ts'], testTimeout: 60_000 } },
      { extends: true, test: { name: 'bench', include: ['tests/bench/**/*.test.ts'], testTimeout: 180_000 } },
      // Needs `npm run build` before it; `npm test` sees to that.
      { extends: true, test: { name: 'package', include: ['tests/package/**/*.test.ts'], testTimeout: 180_000 } },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['tests/browser/**/*.test.ts'],
          testTimeout: 120_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            instances: [{ browser: 'chromium' }],
            provider: playwright({
              launchOptions: { executablePath: process.env.CHROME_PATH, args: CHROMIUM_ARGS },
            }),
          },
        },
      },
    ],
  },
});
