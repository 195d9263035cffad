import { type BytePath, joined, nameOf, parentOf, pathFromText } from '../../files/byte-path.ts'
import { isDirectory } from '../../files/sftp/attributes.ts'
import { copyTree } from './copy.ts'
import type { Entry } from './entry.ts'
import { hashOf, pathOfHash } from './hash.ts'
import { fileNameOf } from './params.ts'
import { type Answer, type Command, type CommandRequest, targetOf, targetsOf } from './request.ts'
import { exists } from './trouble.ts'
import type { Volume } from './volume.ts'

/** Commands that change something: they need the page's own token. Uploads are beside them. */
export const CHANGING: Readonly<Record<string, Command>> = { mkdir, mkfile, rename, rm, paste }

/** One directory by `name`, or a tree of them by `dirs[]`, as a folder is uploaded. */
async function mkdir(request: CommandRequest): Promise<Answer> {
  const { volume, root, params } = request
  const parent = targetOf(request)
  const wanted = params.all('dirs')
  if (wanted.length === 0) {
    const path = joined(parent, fileNameOf(params.need('name')))
    if (await volume.exists(path)) throw exists(path)
    await volume.client.mkdir(path)
    return { added: [await volume.look(path, root)] }
  }
  const added: Entry[] = []
  const hashes: Record<string, string> = {}
  for (const text of wanted) {
    const path = pathBelow(parent, text)
    if (await makeDirectories(volume, parent, path)) added.push(await volume.look(path, root))
    hashes[text] = hashOf(path)
  }
  return { added, hashes }
}

async function mkfile(request: CommandRequest): Promise<Answer> {
  const { volume, root, params } = request
  const path = joined(targetOf(request), fileNameOf(params.need('name')))
  if (await volume.exists(path)) throw exists(path)
  await volume.client.writeFile(path, [])
  return { added: [await volume.look(path, root)] }
}

async function rename(request: CommandRequest): Promise<Answer> {
  const { volume, root, params } = request
  const from = targetOf(request)
  const to = joined(parentOf(from), fileNameOf(params.need('name')))
  if (to !== from) {
    if (await volume.exists(to)) throw exists(to)
    await volume.client.rename(from, to)
  }
  return { added: [await volume.look(to, root)], removed: [hashOf(from)] }
}

async function rm(request: CommandRequest): Promise<Answer> {
  const { client } = request.volume
  const removed: string[] = []
  for (const path of targetsOf(request)) {
    request.signal.throwIfAborted()
    if (isDirectory(await client.lstat(path))) await client.removeTree(path, () => undefined)
    else await client.remove(path)
    removed.push(hashOf(path))
  }
  return { removed }
}

/** Moves (`cut`) or copies. What is there of the same name is replaced, but for the names in `renames`. */
async function paste(request: CommandRequest): Promise<Answer> {
  const { volume, root, params, signal } = request
  const directory = pathOfHash(params.need('dst'))
  const cut = params.is('cut')
  const added: Entry[] = []
  const removed: string[] = []
  for (const from of targetsOf(request)) {
    const to = await destination(request, from, directory)
    if (cut && isOneAsset(volume, from, to)) await volume.client.rename(from, to)
    else {
      await copyTree(volume, { from, to, signal })
      if (cut) await removeAll(volume, from)
    }
    added.push(await volume.look(to, root))
    if (cut) removed.push(hashOf(from))
  }
  return { added, removed }
}

async function destination(
  { volume, params }: CommandRequest,
  from: BytePath,
  directory: BytePath,
): Promise<BytePath> {
  const to = joined(directory, nameOf(from))
  const renamed = params.all('renames').map(pathFromText).includes(nameOf(from))
  // A copy beside the original, or into itself, would be written while it is read.
  if (to !== from && !renamed) return to
  return await volume.freeName(to, params.get('suffix') || '~')
}

async function removeAll({ client }: Volume, path: BytePath): Promise<void> {
  if (isDirectory(await client.lstat(path))) await client.removeTree(path, () => undefined)
  else await client.remove(path)
}

function isOneAsset({ tree }: Volume, one: BytePath, other: BytePath): boolean {
  const [a, b] = [tree.find(one), tree.find(other)]
  return a.kind === 'asset' && b.kind === 'asset' && a.prefix === b.prefix
}

/** A path that a page names by letters, from `parent` on: `/folder/in`. Throws WEB_NAME. */
export function pathBelow(parent: BytePath, text: string): BytePath {
  const names = text.split('/').filter((part) => part !== '')
  return names.reduce((path, name) => joined(path, fileNameOf(name)), parent)
}

/** Makes what is missing from `parent` down to `path`, in whatever order they are asked for. False: it was there. */
export async function makeDirectories(volume: Volume, parent: BytePath, path: BytePath): Promise<boolean> {
  if (path === parent) return false
  await makeDirectories(volume, parent, parentOf(path))
  if (await volume.exists(path)) return false
  try {
    await volume.client.mkdir(path)
    return true
  } catch (error) {
    // Another request of the same upload may have made it in between.
    if (isDirectory(await volume.attributes(path).catch(() => ({})))) return false
    throw error
  }
}
