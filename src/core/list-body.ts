import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { ListReader } from './list-reader.ts'

/** About 40 assets: less than a millisecond of work. */
const PIECE = 32 * 1024

export interface ListBodyInit {
  readonly mostBytes: number
  /** What an item of the list becomes; `list` is the name of the array it is in, `` for the outermost. */
  readonly each: (item: unknown, list: string) => unknown
  readonly onBytes: () => void
}

/** The JSON of a long list, parsed as it comes in: the event loop turns after each 32 KiB. Throws Error, SyntaxError. */
export async function readListBody(
  stream: Readable,
  { mostBytes, each, onBytes }: ListBodyInit,
): Promise<unknown> {
  const reader = new ListReader(each)
  const decoder = new StringDecoder('utf8')
  let bytes = 0
  for await (const chunk of stream) {
    if (!Buffer.isBuffer(chunk)) throw new Error('no bytes')
    onBytes()
    bytes += chunk.length
    if (bytes > mostBytes) throw new Error(`the answer is longer than ${mostBytes / 1024 / 1024} MB`)
    for (let at = 0; at < chunk.length; at += PIECE) {
      reader.push(decoder.write(chunk.subarray(at, at + PIECE)))
      await nextTurn()
    }
  }
  reader.push(decoder.end())
  return reader.end()
}
