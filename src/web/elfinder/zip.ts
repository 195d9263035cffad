import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { makeZip } from 'client-zip'
import { type BytePath, joined, nameOf, shown, wireOf } from '../../files/byte-path.ts'
import { type Attributes, isDirectory, isSymlink, kindOf } from '../../files/sftp/attributes.ts'
import { type Language, say } from '../../i18n/i18n.ts'
import { attachment, type Exchange } from './download.ts'
import { type Answer, type CommandRequest, targetsOf } from './request.ts'
import { noFile, troubleText } from './trouble.ts'
import type { Volume } from './volume.ts'

const MOST_PROMISED = 16
const DEEPEST = 256
/** Names of what could not be put in. */
const MOST_LEFT_OUT = 1000

/** `zipdl` without `download`: looks whether the targets are there, and gives the word they are fetched with. */
export async function promiseZip(request: CommandRequest): Promise<Answer> {
  const { volume } = request
  const paths = targetsOf(request)
  for (const path of paths) await volume.attributes(path)
  const [first, ...more] = paths
  if (first === undefined) throw noFile('')
  const word = randomBytes(16).toString('hex')
  if (volume.zips.size >= MOST_PROMISED) volume.zips.clear()
  volume.zips.set(word, paths)
  const name = more.length > 0 ? 'files' : shown(nameOf(first)) || 'files'
  return { zipdl: { file: word, name: `${name}.zip`, mime: 'application/zip' } }
}

/** Sends a promised zip while it is made: one file at a time, nothing stored, as fast as the browser takes it. */
export async function sendZip(
  { volume, params, language, signal }: CommandRequest,
  { response }: Pick<Exchange, 'response'>,
): Promise<void> {
  const [, word = '', name = 'files.zip'] = params.all('targets')
  const paths = volume.zips.get(word)
  volume.zips.delete(word)
  if (!paths) throw noFile('')
  response.set({ ...attachment(name), 'Content-Type': 'application/zip' })
  const zip = makeZip(new Packing(volume, language, signal).files(paths))
  await pipeline(Readable.fromWeb(zip), response)
}

interface Packed {
  /** Bytes as they are on the asset. */
  readonly name: Buffer
  readonly lastModified: Date
  readonly input?: AsyncIterable<Buffer>
}

class Packing {
  readonly #volume: Volume
  readonly #language: Language
  readonly #signal: AbortSignal
  readonly #leftOut: string[] = []

  constructor(volume: Volume, language: Language, signal: AbortSignal) {
    this.#volume = volume
    this.#language = language
    this.#signal = signal
  }

  /** All below `paths`, and a list of what could not be read. */
  async *files(paths: readonly BytePath[]): AsyncGenerator<Packed> {
    for (const path of paths) yield* this.#below(path, nameOf(path) || 'files', 0)
    if (this.#leftOut.length === 0) return
    const text = `${say(this.#language, 'web.files.left-out')}\n\n${this.#leftOut.join('\n')}\n`
    yield { name: Buffer.from('_left-out.txt'), lastModified: new Date(), input: once(Buffer.from(text)) }
  }

  async *#below(path: BytePath, name: BytePath, depth: number): AsyncGenerator<Packed> {
    this.#signal.throwIfAborted()
    try {
      const link = this.#volume.isFixed(path) ? undefined : await this.#volume.client.lstat(path)
      const attributes = link && !isSymlink(link) ? link : await this.#volume.attributes(path)
      // What a link leads to may hold the link: it is followed to files only.
      if (isDirectory(attributes) && link && isSymlink(link)) return
      if (isDirectory(attributes) && depth < DEEPEST)
        yield* this.#directory({ path, name, attributes }, depth)
      else if (kindOf(attributes) === 'file') yield await this.#file({ path, name, attributes })
    } catch (error) {
      this.#signal.throwIfAborted()
      if (this.#volume.isOver) throw error
      if (this.#leftOut.length < MOST_LEFT_OUT)
        this.#leftOut.push(`${shown(path)}: ${troubleText(this.#language, error)}`)
    }
  }

  async *#directory({ path, name, attributes }: Found, depth: number): AsyncGenerator<Packed> {
    yield { name: wireOf(`${name}/`), lastModified: timeOf(attributes) }
    for await (const page of this.#volume.client.list(path)) {
      for (const entry of page)
        yield* this.#below(joined(path, entry.name), `${name}/${entry.name}`, depth + 1)
    }
  }

  /** Opened here, so that a file nobody may read is left out and the rest goes on. */
  async #file({ path, name, attributes }: Found): Promise<Packed> {
    const content = this.#volume.client.readFile(path)
    const first = await content.next()
    return { name: wireOf(name), lastModified: timeOf(attributes), input: behind(first, content) }
  }
}

interface Found {
  readonly path: BytePath
  readonly name: BytePath
  readonly attributes: Attributes
}

async function* behind(
  first: IteratorResult<Buffer>,
  content: AsyncGenerator<Buffer>,
): AsyncGenerator<Buffer> {
  try {
    for (let next = first; !next.done; next = await content.next()) yield next.value
  } finally {
    await content.return(undefined)
  }
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes
}

/** MS-DOS's time begins in 1980. */
const timeOf = ({ mtime = 0 }: Attributes): Date => new Date(Math.max(mtime * 1000, Date.UTC(1980, 0, 2)))
