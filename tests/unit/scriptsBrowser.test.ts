import { expect, test } from 'vitest';
import { findBrowser, usualPlaces } from '../../scripts/findBrowser.js';
import { mayInstallPackage, provideBrowser } from '../../scripts/provideBrowser.js';

const linux = { platform: 'linux', env: { PATH: '/first:/second' }, home: '/h' };
const only = (...present: string[]) => ({ exists: (path: string) => present.includes(path), works: () => true });

test('CHROME_PATH comes before everything else', () => {
  const env = { ...linux.env, CHROME_PATH: '/mine/chrome' };
  expect(findBrowser({ ...linux, env, ...only('/mine/chrome', '/first/chromium') })).toBe('/mine/chrome');
});

test('a CHROME_PATH that names no file is refused, not passed over', () => {
  const env = { ...linux.env, CHROME_PATH: '/mine/chrome' };
  expect(() => findBrowser({ ...linux, env, ...only('/first/chromium') })).toThrow(
    /^no browser at CHROME_PATH: \/mine\/chrome; point it to Chromium or Chrome, or unset it$/,
  );
});

test('installed browsers are taken from PATH, then the usual places, then what Playwright keeps', () => {
  const playwrightPath = '/cache/chrome';
  const all = ['/second/google-chrome', '/opt/google/chrome/chrome', playwrightPath];
  const find = (present: string[]) => findBrowser({ ...linux, playwrightPath, ...only(...present) });
  expect(find(all)).toBe(all[0]);
  expect(find(all.slice(1))).toBe(all[1]);
  expect(find(all.slice(2))).toBe(all[2]);
  expect(find([])).toBeUndefined();
});

test('Chromium comes before Chrome, and Chrome before Edge', () => {
  const present = ['/first/microsoft-edge', '/first/google-chrome', '/second/chromium'];
  expect(findBrowser({ ...linux, ...only(...present) })).toBe('/second/chromium');
  expect(findBrowser({ ...linux, ...only(...present.slice(0, 2)) })).toBe('/first/google-chrome');
});

test('a file that does not start is passed over', () => {
  const { exists } = only('/first/chromium', '/second/google-chrome');
  const works = (path: string) => path !== '/first/chromium';
  expect(findBrowser({ ...linux, exists, works })).toBe('/second/google-chrome');
});

test('macOS and Windows are searched in their own places', () => {
  const mac = usualPlaces({ platform: 'darwin', env: {}, home: '/h' });
  expect(mac[0]).toBe('/Applications/Google Chrome.app/Contents/MacOS/Google Chrome');
  expect(mac).toContain('/h/Applications/Chromium.app/Contents/MacOS/Chromium');
  const env = { PROGRAMFILES: 'C:\\Programs', LOCALAPPDATA: 'C:\\Local', Path: 'D:\\tools' };
  const windows = usualPlaces({ platform: 'win32', env, home: 'C:\\h' });
  expect(windows[0]).toBe('C:\\Programs\\Google\\Chrome\\Application\\chrome.exe');
  expect(windows).toContain('C:\\Local\\Chromium\\Application\\chrome.exe');
  expect(windows).toContain('C:\\Programs\\Microsoft\\Edge\\Application\\msedge.exe');
  expect(windows).toContain('D:\\tools\\chrome.exe');
});

test('the browser found on this machine is a file that starts', () => {
  const path = findBrowser();
  expect(path === undefined || findBrowser({ env: { CHROME_PATH: path } }) === path).toBe(true);
});

/** A machine where the browser appears after one of the ways to fetch it. */
function machineWhere(arrival: 'never' | 'download' | 'package' | 'before', CI?: string) {
  const done: string[] = [];
  let path = arrival === 'before' ? '/found' : undefined;
  const way = (name: string) => async () => {
    done.push(name);
    if (name === arrival) path = '/found';
  };
  const ways = {
    playwrightPath: async () => '/cache/chrome',
    download: way('download'),
    installDebianPackage: way('package'),
  };
  const machine = { env: { CI }, isRoot: true, hasApt: true };
  const provide = (isAsked = false) => provideBrowser({ isAsked, ways, machine, find: () => path, log: () => {} });
  return { done, provide };
}

test('nothing is fetched when a browser is there', async () => {
  const { done, provide } = machineWhere('before', 'true');
  expect(await provide()).toBe('/found');
  expect(done).toEqual([]);
});

test('a missing browser is downloaded, else installed as a package where that is allowed', async () => {
  const downloaded = machineWhere('download', 'true');
  expect(await downloaded.provide()).toBe('/found');
  expect(downloaded.done).toEqual(['download']);
  const packaged = machineWhere('package', 'true');
  expect(await packaged.provide()).toBe('/found');
  expect(packaged.done).toEqual(['download', 'package']);
  const asked = machineWhere('package');
  expect(await asked.provide(true)).toBe('/found');
});

test('without any browser one line says so, and no package is installed unasked', async () => {
  const { done, provide } = machineWhere('package');
  await expect(provide()).rejects.toThrow(
    /^no browser found: the browser tests cannot run; install Chromium or set CHROME_PATH to one$/,
  );
  expect(done).toEqual(['download']);
  await expect(machineWhere('never', 'true').provide()).rejects.toThrow(/^no browser found: /);
});

test('a system package is installed only as root, with apt, and on a build machine or when asked', () => {
  const here = { env: { CI: 'true' }, isRoot: true, hasApt: true, isAsked: false };
  expect(mayInstallPackage(here)).toBe(true);
  expect(mayInstallPackage({ ...here, env: {}, isAsked: true })).toBe(true);
  expect(mayInstallPackage({ ...here, env: {} })).toBe(false);
  expect(mayInstallPackage({ ...here, isRoot: false })).toBe(false);
  expect(mayInstallPackage({ ...here, hasApt: false })).toBe(false);
});
