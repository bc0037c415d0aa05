import { existsSync } from 'node:fs';
import { Failure } from './failure.js';
import { findBrowser } from './findBrowser.js';
import { runProcess, runTool } from './runProcess.js';

const DOWNLOAD_LIMIT_MS = 5 * 60_000;

async function playwrightPath() {
  const { chromium } = await import('playwright');
  return chromium.executablePath();
}

async function download(log) {
  log('no browser found; downloading one: npx playwright install chromium');
  const { code } = await runTool('playwright/cli.js', ['install', 'chromium'], {
    capture: true,
    limitMs: DOWNLOAD_LIMIT_MS,
  });
  if (code !== 0) log('the download did not succeed');
}

async function installDebianPackage(log) {
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [['update'], ['install', '-y', 'chromium']]) {
    log(`apt-get ${args.join(' ')}`);
    const { code, output } = await runProcess('apt-get', args, { env, capture: true });
    if (code !== 0) log(output.trim().split('\n').slice(-3).join('\n'));
  }
}

/** Only where nobody minds a new system package: as root on Debian, on a build machine or when asked. */
export function mayInstallPackage({ env, isRoot, hasApt, isAsked }) {
  return isRoot && hasApt && (isAsked || Boolean(env.CI));
}

/** The browser's path, fetched when there is none; throws one line when every way fails. */
export async function provideBrowser({
  isAsked = false,
  log = console.log,
  find = findBrowser,
  ways = { playwrightPath, download, installDebianPackage },
  machine = { env: process.env, isRoot: process.getuid?.() === 0, hasApt: existsSync('/usr/bin/apt-get') },
} = {}) {
  const search = async () => find({ playwrightPath: await ways.playwrightPath() });
  let path = await search();
  if (path) return path;
  await ways.download(log);
  path = await search();
  if (path) return path;
  if (mayInstallPackage({ ...machine, isAsked })) {
    await ways.installDebianPackage(log);
    path = await search();
    if (path) return path;
  }
  throw new Failure('no browser found: the browser tests cannot run; install Chromium or set CHROME_PATH to one');
}
