import { readFile, writeFile } from 'node:fs/promises';
import { parseData, stringifyData } from '../core/plainText.ts';

/** Writes records, networks or checkpoints as JSON; typed arrays keep every bit. */
export async function save(path: string, value: unknown): Promise<void> {
  await writeFile(path, `${stringifyData(value, 1)}\n`);
}

/** Reads what {@link save} wrote. */
export async function load(path: string): Promise<unknown> {
  return parseData(await readFile(path, 'utf8'));
}
