import { spawn, spawnSync } from 'node:child_process';
import { root } from './root.js';

const isWindows = process.platform === 'win32';
const running = new Set();

/** Ends a child and everything it started: a test runner leaves a browser behind when only its own process dies. */
function endTree(child) {
  if (child.pid === undefined) return;
  if (isWindows) {
    spawnSync('taskkill', ['/pid', String(child.pid), '/t', '/f']);
    return;
  }
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // The group is already gone.
  }
}

const endings = { SIGINT: 130, SIGTERM: 143 };

function endAll(signal) {
  for (const child of running) endTree(child);
  process.exit(endings[signal]);
}

function began(child) {
  if (running.size === 0) for (const signal of Object.keys(endings)) process.on(signal, endAll);
  running.add(child);
}

function ended(child) {
  running.delete(child);
  if (running.size === 0) for (const signal of Object.keys(endings)) process.off(signal, endAll);
}

/**
 * Runs a program to its end and never throws. Output streams to the terminal, or is collected when `capture` is set.
 * `code` is 127 when the program could not be started and 124 when it ran past `limitMs` and was ended.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: Record<string, string>, limitMs?: number, capture?: boolean, shell?: boolean }} [options]
 * @returns {Promise<{ code: number, isOverLimit: boolean, output: string }>}
 */
export function runProcess(command, args, { cwd = root, env = {}, limitMs, capture = false, shell = false } = {}) {
  return new Promise((resolve) => {
    const output = [];
    let isOverLimit = false;
    const stream = capture ? 'pipe' : 'inherit';
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      shell,
      stdio: ['ignore', stream, stream],
      detached: !isWindows, // a process group of its own, so that endTree reaches the grandchildren
    });
    began(child);
    const timer = limitMs && setTimeout(() => ((isOverLimit = true), endTree(child)), limitMs);
    const finish = (code) => {
      clearTimeout(timer);
      ended(child);
      resolve({ code: isOverLimit ? 124 : code, isOverLimit, output: Buffer.concat(output).toString() });
    };
    child.stdout?.on('data', (chunk) => output.push(chunk));
    child.stderr?.on('data', (chunk) => output.push(chunk));
    child.on('error', () => finish(127));
    child.on('close', (code) => finish(code ?? 1));
  });
}

/** Runs a package's command by its file, so that no shell and no PATH is involved. */
export function runTool(file, args, options) {
  return runProcess(process.execPath, [`${root}/node_modules/${file}`, ...args], options);
}
