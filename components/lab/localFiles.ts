/** The files that the local server was started with, if this page was opened for them (`?data=local`). */
export async function localFiles(): Promise<File[]> {
  const list = await fetch('/__data/index.json');
  if (!list.ok) return [];
  const entries = (await list.json()) as readonly { readonly name: string; readonly url: string }[];
  return Promise.all(entries.map(async ({ name, url }) => new File([await (await fetch(url)).blob()], name)));
}

/** Files in a drop, those directly inside dropped folders included. */
export async function droppedFiles(transfer: DataTransfer): Promise<File[]> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  const lists = await Promise.all(entries.map(filesIn));
  return lists.flat();
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
