import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Failure, printError } from './failure.js';
import { installMissing } from './install.js';
import { root } from './root.js';
import { runTool } from './runProcess.js';

const ROOMS = ['kernels', 'src', 'components'];

/**
 * Points workers and other `new URL('./name.ts', import.meta.url)` to the compiled file. The compiler rewrites the
 * endings of imports but not of addresses.
 */
export function withCompiledUrls(code) {
  return code.replace(/(new URL\(\s*(['"])\.{1,2}\/[^'"]*)\.ts(\2,\s*import\.meta\.url)/g, '$1.js$3');
}

/** One room as JavaScript, Svelte components and types. */
async function packageRoom(room) {
  const args = ['--input', room, '--output', `dist/${room}`, '--tsconfig', 'tsconfig.json'];
  const { code, output } = await runTool('@sveltejs/package/svelte-package.js', args, { capture: true });
  if (code !== 0) throw new Failure(`${output.trim()}\nlibrary not built: ${room}; mend what is named above`);
  console.log(output.trim());
  // Not JavaScript: what it compiles to is in the modules beside it.
  rmSync(`${root}/dist/${room}/wasm/assembly`, { recursive: true, force: true });
  const files = readdirSync(`${root}/dist/${room}`, { recursive: true }).filter((file) => file.endsWith('.js'));
  for (const path of files.map((file) => `${root}/dist/${room}/${file}`)) {
    const before = readFileSync(path, 'utf8');
    const after = withCompiledUrls(before);
    if (after !== before) writeFileSync(path, after);
  }
}

/**
 * The doors for bare Node, with every dependency inside: the ES modules of tfjs import each other without file endings,
 * which Node refuses. Both doors come from one build, so that they share one tfjs.
 */
async function bundleForNode(vite) {
  const conditions = ['neuroloupe-source', ...vite.defaultServerConditions];
  await vite.build({
    root,
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    ssr: { noExternal: true, resolve: { conditions } },
    build: {
      ssr: true,
      outDir: 'dist/node',
      target: 'node20',
      rolldownOptions: {
        input: { index: 'src/index.ts', kernels: 'kernels/index.ts' },
        // tfjs in a chunk of its own: split any other way, the two doors import each other and one runs too early.
        output: { codeSplitting: { groups: [{ name: 'tfjs', test: /node_modules/ }] } },
      },
    },
  });
  console.log('src, kernels -> dist/node');
}

/** `npm run build`: the library to dist, the site to site. */
export async function buildAll() {
  try {
    await installMissing();
    for (const folder of ['dist', 'site']) rmSync(`${root}/${folder}`, { recursive: true, force: true });
    for (const room of ROOMS) await packageRoom(room);
    const vite = await import('vite');
    await bundleForNode(vite);
    await vite.build({ root, logLevel: 'warn' });
    console.log('index.html -> site');
  } catch (error) {
    printError(error);
    process.exitCode = 1;
  }
}
