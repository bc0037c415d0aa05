import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { root } from './root.js';

// What .gitignore leaves out, for a copy of the project that has no git.
const GENERATED =
  /^(node_modules|dist|site|reproduced|\.git|\.svelte-kit|\.svelte-check|\.vitest|\.vitest-attachments)$/;

function filesBelow(folder) {
  return readdirSync(`${root}/${folder}`, { withFileTypes: true }).flatMap((entry) => {
    if (folder === '' && GENERATED.test(entry.name)) return [];
    const path = `${folder}${entry.name}`;
    return entry.isDirectory() ? filesBelow(`${path}/`) : [path];
  });
}

/**
 * Every file of the project as a path from its top, with slashes: what git tracks and what it would.
 * @returns {string[]}
 */
export function repositoryFiles() {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const { status, stdout } = spawnSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 });
  const paths = status === 0 ? stdout.split('\0').filter((path) => path !== '') : filesBelow('');
  return paths.filter((path) => existsSync(`${root}/${path}`));
}
