import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readDataFiles } from '../../../src/node/index.ts';

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'neuroloupe-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

test('a folder gives its data files by name, without descriptions, hidden files and inner folders', async () => {
  const path = await folder();
  await mkdir(join(path, 'inner'));
  for (const name of ['b.gz', 'a', 'SOURCE.md', 'LICENSE', 'readme', 'README.txt', '.hidden', 'inner/c']) {
    await writeFile(join(path, name), name);
  }
  expect(await readDataFiles(path)).toEqual([
    { name: 'a', bytes: Uint8Array.of(97) },
    { name: 'b.gz', bytes: Uint8Array.from('b.gz', (c) => c.charCodeAt(0)) },
  ]);
});

test('a file is read whatever its name', async () => {
  const path = join(await folder(), 'SOURCE.md');
  await writeFile(path, 'x');
  expect(await readDataFiles(path)).toEqual([{ name: 'SOURCE.md', bytes: Uint8Array.of(120) }]);
});

test('a path to nothing, an empty folder and a huge file are refused with a way out', async () => {
  const path = await folder();
  const nothing = join(path, 'nothing');
  await expect(readDataFiles(nothing)).rejects.toMatchObject({
    name: 'InputError',
    message: `no such file or folder: "${nothing}"; give the path of a data file or of its folder`,
  });
  await expect(readDataFiles(path)).rejects.toMatchObject({
    name: 'InputError',
    message: `0 data files in folder: "${path}"; give a folder with 1 to 1000`,
  });
  const huge = join(path, 'huge');
  await writeFile(huge, '');
  await truncate(huge, 2 ** 28 + 1); // sparse: takes no room
  await expect(readDataFiles(path)).rejects.toMatchObject({
    name: 'InputError',
    message: `file too large: 268435457 bytes at "${huge}"; the limit is 268435456`,
  });
});
