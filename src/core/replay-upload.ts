import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { CoreError } from './core-error.ts'
import type { Upload } from './transport.ts'

/**
 * A multipart/form-data body (RFC 7578) of one part `file`, streamed from disk. Its length is told beforehand: proxies
 * before core want that. Throws CoreError `refused` for an empty file: core would take it and show nothing.
 */
export function multipartFile({ path, bytes }: { path: string; bytes: number }, name: string): Upload {
  if (!Number.isSafeInteger(bytes) || bytes <= 0)
    throw new CoreError('CORE_REFUSED', 'refused', {
      step: 'upload replay',
      message: `${path} is empty`,
      next: 'look at how the replay was made',
    })
  const boundary = `----cocod-${randomUUID()}`
  const head = Buffer.from(
    `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: application/gzip\r\n\r\n`,
  )
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`)
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    bytes: head.length + bytes + tail.length,
    open: () => Readable.from(parts({ head, path, bytes, tail }), { objectMode: false }),
  }
}

async function* parts({
  head,
  path,
  bytes,
  tail,
}: {
  head: Buffer
  path: string
  bytes: number
  tail: Buffer
}): AsyncGenerator<Buffer> {
  yield head
  let left = bytes
  const file: AsyncIterable<Buffer> = createReadStream(path, { end: bytes - 1 })
  for await (const chunk of file) {
    left -= chunk.length
    yield chunk
  }
  if (left > 0) throw new Error(`${path} is ${left} bytes shorter than it was`)
  yield tail
}
