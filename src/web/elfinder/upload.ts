import type { IncomingMessage } from 'node:http'
import { pipeline } from 'node:stream/promises'
import busboy from 'busboy'
import { z } from 'zod'
import { isFault } from '../../base/fault.ts'
import { type BytePath, joined, nameOf, parentOf, pathFromText } from '../../files/byte-path.ts'
import { isDirectory } from '../../files/sftp/attributes.ts'
import type { Budget } from '../budget.ts'
import { malformed } from '../malformed.ts'
import { makeDirectories, pathBelow } from './changing.ts'
import type { Entry } from './entry.ts'
import { pathOfHash, VOLUME } from './hash.ts'
import { fileNameOf, Params } from './params.ts'
import { type Answer, type CommandRequest, targetOf } from './request.ts'
import { busy, type Piece, tooLarge, wrongPiece } from './uploads.ts'

/** What a page may send as one piece: it cuts larger files. It is held here until the asset has taken it. */
export const PIECE_BYTES = 4 * 2 ** 20
/** Small files come together, at most a piece's size of them. */
const MOST_FILES = 100
const MOST_FORM = 2 * PIECE_BYTES

/** A form as it was sent. elFinder's client tells what a piece is behind the piece, so pieces are held, not streamed. */
export interface Form extends Disposable {
  readonly params: Params
  readonly files: ReadonlyArray<{ readonly name: string; readonly bytes: Buffer }>
}

/** Reads a form, at most MOST_FORM bytes of it and what `budget` has left. Throws Fault. */
export async function readForm(request: IncomingMessage, budget: Budget): Promise<Form> {
  const pairs: Array<readonly [string, string]> = []
  const files: Array<{ name: string; chunks: Buffer[] }> = []
  let held = 0
  const release = (): void => {
    budget.release(held)
    held = 0
  }
  const form = busboy({
    headers: request.headers,
    defParamCharset: 'utf8',
    preservePath: false,
    limits: { files: MOST_FILES, fields: 2000, parts: 2200, fieldSize: 32_768 },
  })
  for (const limit of ['filesLimit', 'fieldsLimit', 'partsLimit'] as const)
    form.on(limit, () => form.destroy(malformed()))
  form.on('field', (name, value) => pairs.push([name, value]))
  form.on('file', (_field, stream, { filename = '' }: { filename?: string }) => {
    const file = { name: filename, chunks: [] as Buffer[] }
    files.push(file)
    stream.on('data', (chunk: Buffer) => {
      const fault = held + chunk.length > MOST_FORM ? tooLarge(MOST_FORM) : undefined
      if (fault || !budget.take(chunk.length)) {
        form.destroy(fault ?? busy())
        return
      }
      held += chunk.length
      file.chunks.push(chunk)
    })
    stream.on('error', (error) => form.destroy(error))
  })
  try {
    await pipeline(request, form)
    return {
      params: Params.of(pairs),
      files: files.map(({ name, chunks }) => ({ name, bytes: Buffer.concat(chunks) })),
      [Symbol.dispose]: release,
    }
  } catch (error) {
    release()
    throw isFault(error) ? error : malformed()
  }
}

/** `upload` of elFinder: whole files, a piece of a file, the word that the pieces are all there, or that there will be no more. */
export async function upload(request: CommandRequest, { files }: Pick<Form, 'files'>): Promise<Answer> {
  const { params, volume, root } = request
  const chunk = params.get('chunk')
  const [word] = params.all('upload')
  if (word === 'chunkfail') {
    await volume.uploads.cancel(params.need('cid'))
    return { added: [] }
  }
  if (chunk === undefined) return { added: await whole(request, files) }
  if (files.length > 0) return await piece(request, files)
  const path = volume.uploads.finished(chunk)
  if (path === undefined) throw wrongPiece()
  return { added: [await volume.look(path, root)] }
}

async function whole(request: CommandRequest, files: Form['files']): Promise<readonly Entry[]> {
  const { params, volume, root } = request
  const added: Entry[] = []
  const places = params.all('upload_path')
  for (const [at, { name, bytes }] of files.entries()) {
    const path = await placeFor(request, name, places[at])
    await keepOld(request, path)
    await volume.uploads.write(path, bytes)
    added.push(await volume.look(path, root))
  }
  return added
}

const Range = z
  .string()
  .regex(/^\d{1,15},\d{1,15},\d{1,15}$/)
  .transform((text) => text.split(',').map(Number))

/** `chunk` is `<name>.<index>_<last>.part`. */
const CHUNK = /^(.+)\.(\d{1,7})_(\d{1,7})\.part$/s

async function piece(request: CommandRequest, files: Form['files']): Promise<Answer> {
  const { params, volume } = request
  const [, name, index, last] = CHUNK.exec(params.need('chunk')) ?? []
  const range = Range.safeParse(params.get('range'))
  const [file] = files
  if (!name || !file || files.length > 1 || !range.success) throw wrongPiece()
  const [start = 0, length = 0, total = 0] = range.data
  if (length !== file.bytes.length) throw wrongPiece()
  const path = await placeFor(request, name, params.get('upload_path'))
  const place = { upload: params.need('cid'), index: Number(index), last: Number(last), start, total }
  const part: Piece = { ...place, bytes: file.bytes }
  const word = await volume.uploads.piece(path, part, () => keepOld(request, path))
  return { added: [], ...(word !== undefined && { _chunkmerged: word, _name: name }) }
}

/**
 * Where a file goes. `upload_path` is the hash of its directory, or letters below the target: the directory's, or the
 * file's own. What is missing on the way is made, because pieces of a folder come in any order.
 */
async function placeFor(request: CommandRequest, name: string, place: string | undefined): Promise<BytePath> {
  const { volume } = request
  const target = targetOf(request)
  const directory = await directoryFor(request, name, place)
  const path = joined(directory, fileNameOf(name))
  if (place && !place.startsWith(VOLUME)) await makeDirectories(volume, target, directory)
  return path
}

async function directoryFor(
  request: CommandRequest,
  name: string,
  place: string | undefined,
): Promise<BytePath> {
  const target = targetOf(request)
  if (!place) return target
  if (place.startsWith(VOLUME)) return pathOfHash(place)
  const path = pathBelow(target, place)
  const isFile = path !== target && nameOf(path) === pathFromText(name)
  // `/a/a` is the file `a` in `/a`, or a file `a` in the directory `/a/a`: then that directory is there already.
  const isThere = isFile && (await isDirectoryThere(request, path))
  return isFile && !isThere ? parentOf(path) : path
}

/** A path whose directories are still missing is refused by the bastion: then it is none. */
const isDirectoryThere = ({ volume }: CommandRequest, path: BytePath): Promise<boolean> =>
  volume.attributes(path).then(isDirectory, () => false)

/** What is there already gets another name, where the person wished that. */
async function keepOld({ volume, params }: CommandRequest, path: BytePath): Promise<void> {
  if (!params.all('renames').map(pathFromText).includes(nameOf(path))) return
  if (!(await volume.exists(path))) return
  await volume.client.rename(path, await volume.freeName(path, params.get('suffix') || '~'))
}
