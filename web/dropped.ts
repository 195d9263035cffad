/** A file somebody chose or dropped, with the folder it came in: `/photos/2024`, or nothing. */
export interface Given {
  readonly file: File
  readonly folder: string
}

/** Files of an input; those of a folder know their place in it. */
export const chosen = (files: FileList | null): readonly Given[] =>
  [...(files ?? [])].map((file) => ({ file, folder: folderOf(file.webkitRelativePath) }))

/** `a/b/c.txt` → `/a/b`. */
const folderOf = (path: string): string =>
  path.includes('/') ? `/${path.slice(0, path.lastIndexOf('/'))}` : ''

/** All files that were dropped, those in folders too. Has to be called in the turn of the event: later the browser forgets. */
export async function dropped(transfer: DataTransfer): Promise<readonly Given[]> {
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? [])
  if (entries.length === 0) return chosen(transfer.files)
  const found: Given[] = []
  for (const entry of entries) await collect(entry, '', found)
  return found
}

async function collect(entry: FileSystemEntry, folder: string, found: Given[]): Promise<void> {
  if (isFile(entry)) {
    const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject))
    found.push({ file, folder })
    return
  }
  if (!isDirectory(entry)) return
  const reader = entry.createReader()
  // A reader gives some at a time, and none at its end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    )
    if (some.length === 0) return
    for (const each of some) await collect(each, `${folder}/${entry.name}`, found)
  }
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile
const isDirectory = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory
