import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { root } from './root.js';
import { runTool } from './runProcess.js';

const PLANTED = `<script lang="ts">
  const count: number = 'one';
</script>

{count}
`;

/**
 * True when svelte-check reports a planted type error. A checker that has lost its configuration passes everything, and
 * only a known error shows it.
 */
export async function plantedErrorIsReported(component = PLANTED) {
  const parent = `${root}/.svelte-check`; // inside the project, so that its packages and configuration apply
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(`${parent}/canary-`);
  try {
    writeFileSync(`${folder}/Canary.svelte`, component);
    writeFileSync(`${folder}/tsconfig.json`, JSON.stringify({ extends: '../../tsconfig.json', include: ['*.svelte'] }));
    const args = ['--workspace', folder, '--tsconfig', `${folder}/tsconfig.json`, '--output', 'machine'];
    const { code, output } = await runTool('svelte-check/bin/svelte-check', args, { capture: true });
    return code !== 0 && /ERROR "Canary\.svelte" 2:9 .*not assignable to type 'number'/.test(output);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
