import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { withCompiledUrls } from '../../scripts/buildAll.js';
import { dataFiles } from '../../scripts/dataFiles.js';
import { dataHandler } from '../../scripts/dataServer.js';
import { installComplaint, installMissing, missingPackages } from '../../scripts/install.js';
import { oldNodeComplaint } from '../../scripts/nodeVersion.js';
import { openCommand } from '../../scripts/openPage.js';
import { checkPort, startOptions } from '../../scripts/startSite.js';

const folder = mkdtempSync(join(tmpdir(), 'neuroloupe-start-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('an old Node is told what to install; a new one is let in', () => {
  const complaint = 'Node.js too old: 18.20.1; install 20.19 or a later 20, or 22.12 or later';
  expect(oldNodeComplaint('18.20.1')).toBe(complaint);
  for (const old of ['12.22.0', '20.18.3', '21.7.3', '22.11.0'])
    expect(oldNodeComplaint(old)).toMatch(/^Node.js too old/);
  for (const good of ['20.19.0', '20.20.2', '22.12.0', '23.0.0', '24.1.0', '26.0.0']) {
    expect(oldNodeComplaint(good)).toBeUndefined();
  }
});

const lock = {
  packages: {
    '': { version: '1.0.0' },
    'node_modules/d3': { version: '7.9.0' },
    'node_modules/@a/b/node_modules/c': { version: '2.0.0' },
    'node_modules/fsevents': { version: '2.3.3', optional: true },
  },
};

test('missing are the packages that are absent or of another version, optional ones aside', () => {
  const { '': _, ...installed } = lock.packages;
  expect(missingPackages(lock, { packages: installed })).toEqual([]);
  expect(missingPackages(lock, undefined)).toEqual(['d3', 'c']);
  expect(missingPackages(lock, { packages: { ...installed, 'node_modules/d3': { version: '7.8.5' } } })).toEqual([
    'd3',
  ]);
});

test('a failed installation is one line', () => {
  const line = 'packages not installed: no network (ENOTFOUND); connect this machine and run the command again';
  expect(installComplaint('npm error code ENOTFOUND\nnpm error errno ENOTFOUND\n', 1)).toBe(line);
  expect(installComplaint('', 127)).toBe(
    'packages not installed: npm not found; install npm, which comes with Node.js',
  );
  expect(installComplaint('npm error code EUSAGE\nnpm error lock file out of step\n', 1)).toBe(
    'packages not installed: lock file out of step; run npm ci to see the whole message',
  );
});

test('npm ci runs only when something is missing', async () => {
  const place = join(folder, 'install');
  mkdirSync(join(place, 'node_modules'), { recursive: true });
  writeFileSync(join(place, 'package-lock.json'), JSON.stringify(lock));
  const calls: string[][] = [];
  const run = async (_: string, args: string[]) => (calls.push(args), { code: 1, output: 'npm error code EAI_AGAIN' });
  const options = { folder: place, run: run as never, log: () => {} };
  await expect(installMissing(options)).rejects.toThrow(/^packages not installed: no network \(EAI_AGAIN\); /);
  expect(calls).toHaveLength(1);
  expect(calls[0]).toContain('ci');
  writeFileSync(join(place, 'node_modules/.package-lock.json'), JSON.stringify(lock));
  await installMissing(options);
  expect(calls).toHaveLength(1);
});

test('the command line of npm start is read, and a bad one refused in one line', () => {
  expect(startOptions([])).toEqual({ port: 5173, data: [], isOpening: true });
  expect(startOptions(['--port', '80', '--data', 'a.csv', '--no-open'])).toEqual({
    port: 80,
    data: ['a.csv'],
    isOpening: false,
  });
  expect(() => startOptions(['--port', 'x'])).toThrow(
    /^bad port: x; use a whole number from 1 to 65535, or 0 for any free port$/,
  );
  expect(() => startOptions(['--port', '65536'])).toThrow(/^bad port: 65536; /);
  expect(() => startOptions(['--prot', '1'])).toThrow(/^bad command line: Unknown option '--prot'; use npm start -- /);
});

test('a page is opened only where there is a screen and a person', () => {
  const address = 'http://127.0.0.1:5173/?data=local&x=1';
  const open = (platform: string, env: object) => openCommand(address, { platform, env });
  expect(open('linux', { DISPLAY: ':0' })).toEqual(['xdg-open', address]);
  expect(open('linux', { WAYLAND_DISPLAY: 'wayland-0' })).toEqual(['xdg-open', address]);
  expect(open('linux', {})).toBeUndefined();
  expect(open('linux', { DISPLAY: ':0', CI: 'true' })).toBeUndefined();
  expect(open('darwin', {})).toEqual(['open', address]);
  expect(open('win32', {})).toEqual(['cmd', '/c', 'start', '""', 'http://127.0.0.1:5173/?data=local^&x=1']);
});

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as { port: number }).port;
}

test('a port in use is named together with the way to choose another', async () => {
  const server = createServer();
  const port = await listening(server);
  await expect(checkPort(port)).rejects.toThrow(
    `port in use: ${port}; choose another with npm start -- --port ${port + 1}`,
  );
  await new Promise((resolve) => server.close(resolve));
  await expect(checkPort(port)).resolves.toBeUndefined();
});

const data = join(folder, 'data');
mkdirSync(join(data, 'below'), { recursive: true });
writeFileSync(join(data, 'b.csv'), 'x,y\n1,2\n');
writeFileSync(join(data, 'a <b>.bin'), new Uint8Array([0, 255, 10]));
writeFileSync(join(data, 'empty'), '');
writeFileSync(join(data, '.hidden'), 'secret');
writeFileSync(join(data, 'below', 'deep.csv'), 'secret');
writeFileSync(join(folder, 'outside'), 'secret');
symlinkSync(join(folder, 'outside'), join(data, 'link'));

test('a folder stands for the files directly in it; hidden files, links and folders stay out', () => {
  expect(dataFiles(data).map(({ name, size }) => [name, size])).toEqual([
    ['a <b>.bin', 3],
    ['b.csv', 8],
    ['empty', 0],
  ]);
  expect(dataFiles(join(data, 'b.csv')).map(({ name }) => name)).toEqual(['b.csv']);
});

test('missing data is one line', () => {
  expect(() => dataFiles('nowhere.csv')).toThrow(
    /^no such file or folder: nowhere\.csv; check the path given after --data$/,
  );
  mkdirSync(join(folder, 'bare'));
  expect(() => dataFiles(join(folder, 'bare'))).toThrow(/^no files in folder: .*; name a folder that holds the files/);
});

/** Asks the data server; a raw request, because fetch tidies paths and forbids headers. */
async function ask(path: string, headers: Record<string, string> = {}, method = 'GET') {
  const handler = dataHandler(dataFiles(data));
  const server = createServer((incoming, response) => handler(incoming, response));
  const port = await listening(server);
  const answer = await new Promise<{ status?: number; body: Buffer }>((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode, body: Buffer.concat(chunks) }));
    });
    sent.on('error', reject);
    sent.end();
  });
  server.close();
  return { ...answer, port };
}

test('the index lists the files and each is handed over byte for byte', async () => {
  const index = await ask('/index.json');
  expect(JSON.parse(index.body.toString())).toEqual([
    { name: 'a <b>.bin', size: 3, url: '/__data/0' },
    { name: 'b.csv', size: 8, url: '/__data/1' },
    { name: 'empty', size: 0, url: '/__data/2' },
  ]);
  expect([...(await ask('/0')).body]).toEqual([0, 255, 10]);
  expect((await ask('/1?t=1')).body.toString()).toBe('x,y\n1,2\n');
  expect(await ask('/2')).toMatchObject({ status: 200, body: Buffer.alloc(0) });
  expect(await ask('/1', {}, 'HEAD')).toMatchObject({ status: 200, body: Buffer.alloc(0) });
});

test.for(['/3', '/00', '/-1', '/../outside', '/%2e%2e/outside', '/b.csv', '/0/', '//0', '/', '/index.json/x'])(
  'nothing else is reachable: %s',
  async (path) => {
    expect(await ask(path)).toMatchObject({ status: 404 });
  },
);

test('requests from other sites are refused', async () => {
  const strange = [
    { host: 'evil.example' },
    { host: '127.0.0.1.evil.example' },
    { origin: 'http://127.0.0.1:1' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ];
  for (const headers of strange) expect(await ask('/0', headers as never)).toMatchObject({ status: 403 });
  expect(await ask('/0', { 'sec-fetch-site': 'same-origin' })).toMatchObject({ status: 200 });
  expect(await ask('/0', {}, 'POST')).toMatchObject({ status: 405 });
});

test('addresses of workers name the compiled file', () => {
  const made = withCompiledUrls(
    "new Worker(new URL('./w.ts', import.meta.url)); new URL(\n  '../a/b.ts',\n  import.meta.url,\n);",
  );
  expect(made).toBe("new Worker(new URL('./w.js', import.meta.url)); new URL(\n  '../a/b.js',\n  import.meta.url,\n);");
  const other = "new URL('package/file.ts', import.meta.url); new URL('./x.ts', base);";
  expect(withCompiledUrls(other)).toBe(other);
});
