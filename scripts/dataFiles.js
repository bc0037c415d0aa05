import { readdirSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { Failure } from './failure.js';

function filesIn(folder) {
  // Links inside a folder are left out: the folder was named, not what they point to. Hidden files hold no data.
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => join(folder, entry.name))
    .sort();
}

/** The files behind a named file or folder (the files directly in it), each with its name, size and path. */
export function dataFiles(named) {
  // npm runs scripts at the project's top and keeps here where the person was.
  const path = resolve(process.env.INIT_CWD ?? '.', named);
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) throw new Failure(`no such file or folder: ${named}; check the path given after --data`);
  const paths = found.isDirectory() ? filesIn(path) : [path];
  if (paths.length === 0)
    throw new Failure(`no files in folder: ${named}; name a folder that holds the files themselves`);
  return paths.map((file) => ({ name: basename(file), size: statSync(file).size, path: file }));
}
