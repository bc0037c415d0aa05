import { readFileSync } from 'node:fs';
import { Failure } from './failure.js';
import { runNpm } from './npm.js';
import { root } from './root.js';

const NETWORK = /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ENOTCACHED)\b/;

/**
 * Packages the lockfile asks for that are absent or of another version. `installed` is the copy npm keeps in
 * node_modules, written last, so a broken-off installation has none. Contents are compared, not file times: a git
 * checkout and npm itself both touch the files in either order. Optional packages depend on the machine and never count.
 */
export function missingPackages(lock, installed) {
  return Object.entries(lock.packages)
    .filter(([path, wanted]) => path !== '' && !wanted.optional && !wanted.devOptional && !wanted.link)
    .filter(([path, wanted]) => installed?.packages?.[path]?.version !== wanted.version)
    .map(([path]) => path.replace(/^.*node_modules\//, ''));
}

/** What a failed `npm ci` comes down to, in one line. */
export function installComplaint(output, code) {
  const network = NETWORK.exec(output)?.[0];
  if (network) return `packages not installed: no network (${network}); connect this machine and run the command again`;
  if (code === 127) return 'packages not installed: npm not found; install npm, which comes with Node.js';
  const lines = output.split('\n').filter((line) => /^npm (error|ERR!) (?!A complete log|code )\S/.test(line));
  const reason = lines[0]?.replace(/^npm (error|ERR!) /, '') ?? `npm ci ended with code ${code}`;
  return `packages not installed: ${reason}; run npm ci to see the whole message`;
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Runs `npm ci` when something the lockfile asks for is missing. */
export async function installMissing({ run, folder = root, log = console.log } = {}) {
  const lock = readJson(`${folder}/package-lock.json`);
  if (!lock) throw new Failure('package-lock.json not readable: packages unknown; check the file out again');
  const missing = missingPackages(lock, readJson(`${folder}/node_modules/.package-lock.json`));
  if (missing.length === 0) return;

  log(`installing packages (npm ci): ${missing.length} missing`);
  // npm's own patience would keep a machine without network waiting for minutes.
  const patience = ['--fetch-retries=1', '--fetch-retry-mintimeout=2000', '--fetch-retry-maxtimeout=2000'];
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', ...patience];
  const { code, output } = await runNpm(args, { cwd: folder, run });
  if (code !== 0) throw new Failure(installComplaint(output, code));
}
