import { runProcess } from './runProcess.js';

/**
 * Runs npm and collects what it says. Under npm its own file is known; elsewhere it is looked up.
 * @param {string[]} args
 * @param {{ cwd?: string, run?: typeof runProcess }} [options]
 */
export function runNpm(args, { cwd, run = runProcess } = {}) {
  const file = process.env.npm_execpath;
  if (file?.endsWith('.js')) return run(process.execPath, [file, ...args], { cwd, capture: true });
  // On Windows npm is a batch file, which only a shell starts.
  return run('npm', args, { cwd, capture: true, shell: process.platform === 'win32' });
}
