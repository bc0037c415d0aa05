import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { InputError } from '../core/errors.ts';
import type { NamedBytes } from '../interop/datasetFromIdxFiles.ts';
import { isDescription } from '../interop/isDescription.ts';

const MAX_FILES = 1000;
const MAX_FILE_BYTES = 256 * 2 ** 20;
const MAX_TOTAL_BYTES = 512 * 2 ** 20;

const isPassedOver = (name: string): boolean => name.startsWith('.') || isDescription(name);

/**
 * Reads a file, or the data files directly inside a folder: hidden files and descriptions (README, LICENSE, .md)
 * are passed over, folders inside are not opened. Sizes are checked before anything is read.
 */
export async function readDataFiles(path: string): Promise<NamedBytes[]> {
  const paths = await dataPaths(path);
  const files: { name: string; path: string }[] = [];
  let total = 0;
  for (const filePath of paths) {
    const { size } = await stat(filePath);
    total += size;
    if (size > MAX_FILE_BYTES || total > MAX_TOTAL_BYTES) {
      const [what, found, limit] =
        size > MAX_FILE_BYTES ? ['file', size, MAX_FILE_BYTES] : ['files', total, MAX_TOTAL_BYTES];
      throw new InputError(`${what} too large: ${found} bytes at "${filePath}"; the limit is ${limit}`, filePath);
    }
    files.push({ name: basename(filePath), path: filePath });
  }
  return Promise.all(
    files.map(async (file) => ({ name: file.name, bytes: new Uint8Array(await readFile(file.path)) })),
  );
}

async function dataPaths(path: string): Promise<string[]> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile()) return [path];
  if (!found?.isDirectory()) {
    throw new InputError(`no such file or folder: "${path}"; give the path of a data file or of its folder`, path);
  }
  const entries = await readdir(path, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isFile() && !isPassedOver(entry.name)).map((entry) => entry.name);
  if (names.length === 0 || names.length > MAX_FILES) {
    throw new InputError(`${names.length} data files in folder: "${path}"; give a folder with 1 to ${MAX_FILES}`, path);
  }
  return names.toSorted().map((name) => join(path, name));
}
