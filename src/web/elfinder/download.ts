import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Request, Response } from 'express'
import { type BytePath, nameOf, shown } from '../../files/byte-path.ts'
import { type Attributes, kindOf } from '../../files/sftp/attributes.ts'
import { noFile } from './trouble.ts'
import type { Volume } from './volume.ts'

/** Bytes from `start` to before `end`. */
interface Part {
  readonly start: number
  readonly end: number
}

export interface Exchange {
  readonly request: Request
  readonly response: Response
}

/**
 * A file, or the part of it that Range asks for, straight from the asset: a browser that does not read stops it. Always
 * as an attachment, so that no file of an asset is a page of ours. Throws before the first byte; what fails behind it
 * cuts the answer off.
 */
export async function sendFile(
  volume: Volume,
  path: BytePath,
  { request, response }: Exchange,
): Promise<void> {
  const attributes = await volume.client.stat(path)
  if (kindOf(attributes) !== 'file') throw noFile(path)
  const size = Number(attributes.size ?? 0n)
  const tag = tagOf(attributes)
  const range = rangeOf(request, size, tag)
  if (range === 'none') return void response.status(416).set('Content-Range', `bytes */${size}`).end()
  const part = range ?? { start: 0, end: size }
  const content = volume.client.readFile(path, part.start)
  // Opened before anything is said, so that a no can still be told.
  const first = await content.next()
  response.set({ ...attachment(shown(nameOf(path))), 'Accept-Ranges': 'bytes', ETag: tag })
  response.set('Content-Length', String(part.end - part.start))
  if (range) response.status(206).set('Content-Range', `bytes ${part.start}-${part.end - 1}/${size}`)
  const bytes = exactly(part.end - part.start, { first, content })
  await pipeline(Readable.from(bytes, { objectMode: false }), response)
}

/** How a download is named, whatever its name is made of (RFC 6266, RFC 8187). */
export function attachment(name: string): Readonly<Record<string, string>> {
  const ascii = name.replace(/[^\w .()+,=@-]/g, '_')
  const all = encodeURIComponent(name).replace(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16)}`)
  return {
    'Content-Type': 'application/octet-stream',
    'Content-Disposition': `attachment; filename="${ascii}"; filename*=UTF-8''${all}`,
    'Cache-Control': 'no-store',
  }
}

/** Changes when the file does, as far as an asset tells. */
const tagOf = ({ size, mtime }: Attributes): string =>
  `"${(size ?? 0n).toString(36)}-${(mtime ?? 0).toString(36)}"`

/** One range (RFC 9110, section 14); several, and what is of another state of the file, get the whole. */
function rangeOf(request: Request, size: number, tag: string): Part | 'none' | undefined {
  const condition = request.get('if-range')
  const [, from = '', to = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(request.get('range') ?? '') ?? []
  if ((from === '' && to === '') || (condition !== undefined && condition !== tag)) return undefined
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from)
  const end = from === '' || to === '' ? size : Math.min(size, Number(to) + 1)
  return start < end ? { start, end } : 'none'
}

interface Begun {
  readonly first: IteratorResult<Buffer>
  readonly content: AsyncGenerator<Buffer>
}

/** So many bytes and no more; a file that has become shorter ends the answer as a failure. */
async function* exactly(length: number, { first, content }: Begun): AsyncGenerator<Buffer> {
  let left = length
  try {
    for (let next = first; !next.done && left > 0; next = await content.next()) {
      const bytes = next.value.subarray(0, left)
      left -= bytes.length
      yield bytes
      if (left === 0) return
    }
    if (left > 0) throw new Error('the file has become shorter')
  } finally {
    await content.return(undefined)
  }
}
