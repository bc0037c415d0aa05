import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { posix, win32 } from 'node:path';
import { Failure } from './failure.js';

const LINUX_NAMES = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
  'microsoft-edge-stable',
];
const LINUX_PLACES = [
  '/usr/bin/chromium',
  '/usr/lib/chromium/chromium',
  '/opt/google/chrome/chrome',
  '/opt/microsoft/msedge/msedge',
  '/snap/bin/chromium',
];
const MAC_APPS = ['Google Chrome', 'Chromium', 'Microsoft Edge'];
const WINDOWS_PLACES = [
  ['Google', 'Chrome', 'Application', 'chrome.exe'],
  ['Chromium', 'Application', 'chrome.exe'],
  ['Microsoft', 'Edge', 'Application', 'msedge.exe'],
];

/** Where a Chromium-based browser usually lies, most likely first. */
export function usualPlaces({ platform, env, home }) {
  const { join, delimiter } = platform === 'win32' ? win32 : posix;
  const folders = (env.PATH ?? env.Path ?? '').split(delimiter).filter((folder) => folder !== '');
  if (platform === 'darwin') {
    const apps = ['/Applications', join(home, 'Applications')];
    const inApps = MAC_APPS.flatMap((app) => apps.map((folder) => join(folder, `${app}.app`, 'Contents/MacOS', app)));
    return [...inApps, ...folders.map((folder) => join(folder, 'chromium'))];
  }
  if (platform === 'win32') {
    const bases = [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA].filter(Boolean);
    const installed = WINDOWS_PLACES.flatMap((place) => bases.map((base) => join(base, ...place)));
    return [
      ...installed,
      ...['chrome.exe', 'msedge.exe'].flatMap((name) => folders.map((folder) => join(folder, name))),
    ];
  }
  return [...LINUX_NAMES.flatMap((name) => folders.map((folder) => join(folder, name))), ...LINUX_PLACES];
}

/** True when the program starts: a snap stub or missing system libraries only show then. */
function starts(path) {
  // On Windows and macOS asking for the version may open a window; there a file that exists is believed.
  if (process.platform !== 'linux') return true;
  return spawnSync(path, ['--version'], { timeout: 30_000, stdio: 'ignore' }).status === 0;
}

/**
 * The browser to test in: CHROME_PATH, then an installed Chrome, Chromium or Edge, then the one Playwright keeps.
 * Undefined when there is none. A CHROME_PATH that names no file throws: it was set on purpose.
 * @param {{ platform?: string, env?: Record<string, string | undefined>, home?: string, playwrightPath?: string,
 *   exists?: (path: string) => boolean, works?: (path: string) => boolean }} [options]
 * @returns {string | undefined}
 */
export function findBrowser({
  platform = process.platform,
  env = process.env,
  home = homedir(),
  playwrightPath,
  exists = existsSync,
  works = starts,
} = {}) {
  if (env.CHROME_PATH) {
    if (exists(env.CHROME_PATH)) return env.CHROME_PATH;
    throw new Failure(`no browser at CHROME_PATH: ${env.CHROME_PATH}; point it to Chromium or Chrome, or unset it`);
  }
  const places = [...usualPlaces({ platform, env, home }), ...(playwrightPath ? [playwrightPath] : [])];
  return places.find((path) => exists(path) && works(path));
}
