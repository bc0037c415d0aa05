/** The files that the local server was started with, if this page was opened for them (`?data=local`). */
export async function localFiles(): Promise<File[]> {
  const list = await fetch('/__data/index.json');
  if (!list.ok) return [];
  const entries = (await list.json()) as readonly { readonly name: string; readonly url: string }[];
  return Promise.all(entries.map(async ({ name, url }) => new File([await (await fetch(url)).blob()], name)));
}

export async function bytesOf(file: File): Promise<{ name: string; bytes: Uint8Array<ArrayBuffer> }> {
  return { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) };
}

/** Files in a drop, those directly inside dropped folders included. */
export async function droppedFiles(transfer: DataTransfer): Promise<File[]> {
  // Both are asked for at once: the items are gone after the first wait. Files that lie on no disk have no entry.
  const items = [...transfer.items].filter(({ kind }) => kind === 'file');
  const given = items.map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  const lists = given.map(({ entry, file }) => (entry?.isDirectory || !file ? entry && filesIn(entry) : [file]));
  return (await Promise.all(lists)).flatMap((list) => list ?? []);
}

async function filesIn(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) {
    return [await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: File[] = [];
  for (;;) {
    // A reader hands out entries in parts until one part is empty.
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (part.length === 0) return found;
    for (const child of part) if (child.isFile) found.push(...(await filesIn(child)));
  }
}
