import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { chromium } from 'playwright';
import { preview } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runNpm } from '../../scripts/npm.js';
import { root } from '../../scripts/root.js';
import { runProcess, runTool } from '../../scripts/runProcess.js';

// The package as a stranger gets it: packed, unpacked into the app in ./app, which imports it by its name. Beside it lie
// only the packages it asks for itself, and the app's own tools.

const manifest = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'));
const APP_TOOLS = ['vite', '@sveltejs/vite-plugin-svelte'];
const app = mkdtempSync(join(tmpdir(), 'neuroloupe-app-'));
const installed = join(app, 'node_modules/neuroloupe');
afterAll(() => rmSync(app, { recursive: true, force: true }));

async function pack(): Promise<string> {
  const { code, output } = await runNpm(['pack', '--ignore-scripts', '--pack-destination', app], { cwd: root });
  expect(code, output).toBe(0);
  return join(
    app,
    readdirSync(app).find((name) => name.endsWith('.tgz'))!,
  );
}

beforeAll(async () => {
  if (!existsSync(`${root}/dist`)) throw new Error('no dist: the package is not built; run npm run build');
  cpSync(`${root}/tests/package/app`, app, { recursive: true });
  mkdirSync(installed, { recursive: true });
  const { code, output } = await runProcess('tar', ['-xzf', await pack(), '-C', installed, '--strip-components=1'], {
    capture: true,
  });
  expect(code, output).toBe(0);
  for (const name of [...Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }), ...APP_TOOLS]) {
    const link = join(app, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(`${root}/node_modules/${name}`, link, 'junction');
  }
}, 120_000);

const targets = (entry: unknown): string[] =>
  typeof entry === 'string'
    ? [entry]
    : Object.entries(entry as object).flatMap(([key, value]) => (key === 'neuroloupe-source' ? [] : targets(value)));

test('every file the package points to is in it, and neither the site nor the sources are', () => {
  const missing = targets({ ...manifest.exports, ...manifest.imports }).filter(
    (path) => !existsSync(join(installed, path)),
  );
  expect(missing).toEqual([]);
  expect(readdirSync(installed).sort()).toEqual(expect.arrayContaining(['LICENSE', 'dist', 'package.json']));
  expect(readdirSync(installed).filter((name) => !/^(LICENSE|README\.md|dist|package\.json)$/.test(name))).toEqual([]);
  expect(existsSync(join(installed, 'dist/components/lab'))).toBe(false);
});

test('bare Node imports the package and takes a gradient', async () => {
  const { code, output } = await runProcess(process.execPath, ['gradient.js'], { cwd: app, capture: true });
  expect(code, output).toBe(0);
  const { tier, field, kernel, hasKernels } = JSON.parse(output.trim().split('\n').at(-1)!);
  expect(tier).toBe('wasm');
  expect(hasKernels).toBe('function');
  // The 3 by 3 kernel around the centre of 5 by 5 pixels, zero elsewhere.
  const inside = [6, 7, 8, 11, 12, 13, 16, 17, 18];
  inside.forEach((pixel, i) => expect(field[pixel]).toBeCloseTo(kernel[i], 5));
  expect(field.filter((value: number, pixel: number) => value !== 0 && !inside.includes(pixel))).toEqual([]);
});

const snippets = [...readFileSync(`${root}/README.md`, 'utf8').matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code!);

test.for(snippets.map((code, i) => [i + 1, code] as const))(
  'snippet %i of the README runs in bare Node as it stands',
  async ([number, code]) => {
    const file = join(app, `readme${number}.mjs`);
    writeFileSync(file, code);
    const { code: exit, output } = await runProcess(process.execPath, [file], { cwd: app, capture: true });
    expect(exit, output).toBe(0);
    // Each of them prints losses or records.
    expect(output.trim().split('\n').length).toBeGreaterThan(2);
    expect(output).not.toMatch(/NaN/);
  },
);

test('the README has snippets to run', () => expect(snippets.length).toBeGreaterThanOrEqual(2));

const check = () =>
  runTool(
    'svelte-check/bin/svelte-check',
    ['--workspace', app, '--tsconfig', join(app, 'tsconfig.json'), '--output', 'machine'],
    {
      capture: true,
    },
  );

test("an app type-checks against the package's types, and a wrong prop is an error", async () => {
  // The types of tfjs itself do not pass, so libraries are checked (skipLibCheck is off) and only ours counts.
  const ours = ({ output }: { output: string }) =>
    output.split('\n').filter((line) => / (ERROR|WARNING) "(?!.*node_modules\/(?!neuroloupe\/))/.test(line));
  expect(ours(await check())).toEqual([]);
  const wrong = `<script lang="ts">\n  import { FieldView } from 'neuroloupe/components';\n</script>\n\n<FieldView record={42} sampleShape={[1]} />\n`;
  writeFileSync(join(app, 'Wrong.svelte'), wrong);
  const found = await check();
  rmSync(join(app, 'Wrong.svelte'));
  expect(ours(found)).toEqual([expect.stringMatching(/ERROR "Wrong\.svelte" 5:12 .*'number' is not assignable/)]);
});

test('an app built by Vite measures and draws in the browser, with nothing on the console', async () => {
  const env = { NODE_ENV: 'production' };
  const built = await runTool('vite/bin/vite.js', ['build'], { cwd: app, env, capture: true });
  expect(built.code, built.output).toBe(0);

  const server = await preview({ root: app, configFile: false, preview: { host: '127.0.0.1', port: 0 } });
  const browser = await chromium.launch({ executablePath: process.env.CHROME_PATH, args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
    // Chromium's own remark on a machine without a GPU.
    const told = () => complaints.filter((line) => line !== 'warning: No available adapters.');
    page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
    await page.goto(server.resolvedUrls!.local[0]!);
    const main = page.locator('main, [role=alert]');
    await main.waitFor();
    expect(await main.getAttribute('data-tier'), (await main.textContent()) ?? '').toBe('wasm');
    expect(await main.getAttribute('data-worker')).toBe('true');
    const map = page.locator('main canvas').first();
    await map.waitFor();
    const colours = await map.evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      return new Set(new Uint32Array(data.buffer)).size;
    });
    expect(colours).toBeGreaterThan(3);
    // Without the tokens an area is a black block; with them it has the accent's tint.
    const area = page.locator('main svg path').first();
    await area.waitFor({ state: 'attached' });
    expect(await area.evaluate((path) => getComputedStyle(path).getPropertyValue('--nl-accent'))).not.toBe('');
    expect(told()).toEqual([]);
  } finally {
    await browser.close();
    await server.close();
  }
});
