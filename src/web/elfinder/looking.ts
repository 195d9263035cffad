import { type BytePath, joined, parentOf, pathFromText, shown } from '../../files/byte-path.ts'
import { isDirectory } from '../../files/sftp/attributes.ts'
import { say } from '../../i18n/i18n.ts'
import type { Entry } from './entry.ts'
import { type Answer, type Command, type CommandRequest, targetOf, targetsOf } from './request.ts'
import { noFile } from './trouble.ts'
import { PIECE_BYTES } from './upload.ts'

/** What `get` gives as text. */
const MOST_TEXT = 1024 * 1024
/** Things that `size` counts; a directory with more has at least that size. */
const MOST_COUNTED = 20_000

/** Commands that change nothing. */
export const LOOKING: Readonly<Record<string, Command>> = { open, ls, tree, parents, size, get: text, info }

const OPTIONS = {
  separator: '/',
  archivers: { create: [], extract: [], createext: {} },
  copyOverwrite: 1,
  uploadOverwrite: 1,
  uploadMaxConn: 2,
  disabled: [
    'archive',
    'extract',
    'chmod',
    'dim',
    'duplicate',
    'netmount',
    'put',
    'resize',
    'search',
    'tmb',
    'url',
  ],
}

/** A directory with what is in it; `init` also tells what this server can do. */
async function open(request: CommandRequest): Promise<Answer> {
  const { volume, root, params, signal, start, language } = request
  const first = params.is('init')
  const hash = params.get('target')
  const path = hash ? targetOf(request) : start
  if (first || path === '/' || params.is('reload')) await volume.refresh(signal)
  const cwd = await volume.look(path, root)
  if (cwd.mime !== 'directory') throw noFile(path)
  const { entries, whole } = await volume.list(path, root)
  const above = params.is('tree') ? await ancestors(request, path) : []
  const files = unique([...above, cwd, ...entries])
  return {
    cwd,
    files,
    options: { ...OPTIONS, path: shown(path), url: '' },
    ...(!whole && { warning: [say(language, 'web.files.cut', { most: entries.length })] }),
    ...(first && { api: '2.1', uplMaxSize: `${PIECE_BYTES / 2 ** 20}M`, uplMaxFile: 20, netDrivers: [] }),
  }
}

/** Which of these names are there already. */
async function ls(request: CommandRequest): Promise<Answer> {
  const { volume, root, params } = request
  const directory = targetOf(request)
  const asked = params.all('intersect')
  if (asked.length === 0)
    return { list: (await volume.list(directory, root)).entries.map(({ name }) => name) }
  const there: string[] = []
  for (const name of asked) if (await volume.exists(joined(directory, pathFromText(name)))) there.push(name)
  return { list: there }
}

/** The directories in a directory. */
async function tree(request: CommandRequest): Promise<Answer> {
  return { tree: await directoriesIn(request, targetOf(request)) }
}

/** The way down to a directory, with what lies beside it. */
async function parents(request: CommandRequest): Promise<Answer> {
  return { tree: unique(await ancestors(request, targetOf(request))) }
}

async function info(request: CommandRequest): Promise<Answer> {
  const { volume, root } = request
  return { files: await Promise.all(targetsOf(request).map((path) => volume.look(path, root))) }
}

async function size(request: CommandRequest): Promise<Answer> {
  const { volume } = request
  let bytes = 0n
  let left = MOST_COUNTED
  const waiting = [...targetsOf(request)]
  for (let path = waiting.pop(); path !== undefined && left > 0; path = waiting.pop()) {
    left -= 1
    const attributes = volume.isFixed(path) ? undefined : await volume.client.lstat(path)
    if (!attributes) continue
    if (!isDirectory(attributes)) bytes += attributes.size ?? 0n
    else
      for await (const page of volume.client.list(path))
        waiting.push(...page.map(({ name }) => joined(path, name)))
  }
  return { size: Number(bytes) }
}

/** A small file as text; what is no text as a data address, as elFinder wants it. */
async function text(request: CommandRequest): Promise<Answer> {
  const { client } = request.volume
  const pieces: Buffer[] = []
  let length = 0
  for await (const piece of client.readFile(targetOf(request))) {
    pieces.push(piece)
    length += piece.length
    if (length > MOST_TEXT) return { content: false }
  }
  const bytes = Buffer.concat(pieces)
  const isText = bytes.equals(Buffer.from(bytes.toString()))
  return {
    content: isText ? bytes.toString() : `data:application/octet-stream;base64,${bytes.toString('base64')}`,
  }
}

/** From the root down to `path`, each with its directories. */
async function ancestors(request: CommandRequest, path: BytePath): Promise<readonly Entry[]> {
  const { volume, root } = request
  const way: BytePath[] = [path]
  for (let at = path; at !== root.path && at !== '/'; ) {
    at = parentOf(at)
    way.unshift(at)
  }
  const entries: Entry[] = []
  for (const each of way) {
    entries.push(await volume.look(each, root))
    if (each !== path) entries.push(...(await directoriesIn(request, each)))
  }
  return entries
}

async function directoriesIn({ volume, root }: CommandRequest, path: BytePath): Promise<readonly Entry[]> {
  const { entries } = await volume.list(path, root)
  return entries.filter(({ mime }) => mime === 'directory')
}

const unique = (entries: readonly Entry[]): readonly Entry[] => [
  ...new Map(entries.map((entry) => [entry.hash, entry])).values(),
]
