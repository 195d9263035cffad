import type { Direction } from './zmodem.ts'
import { crc16 } from './zmodem-crc.ts'

const PAD = 0x2a
const ZDLE = 0x18
/** The header of ZRQINIT or ZRINIT in hexadecimal. */
const MARK = /\*\*\x18B(0[01][0-9a-f]{8})([0-9a-f]{4})/g
const MARK_LENGTH = 18

/** Looks for the mark with which a program offers or awaits files, across the edges of chunks, holding nothing back. */
export class ZmodemMark {
  #tail: Buffer = Buffer.alloc(0)

  /** What the last mark in this chunk says, if there is one. */
  seen(bytes: Buffer): Direction | undefined {
    if (this.#tail.length === 0 && !bytes.includes(ZDLE)) {
      this.#keep(bytes)
      return undefined
    }
    const text = Buffer.concat([this.#tail, bytes])
    let found: Direction | undefined
    let end = 0
    for (const match of text.toString('latin1').matchAll(MARK)) {
      const [mark, content = '', sum = ''] = match
      end = match.index + mark.length
      if (crc16(Buffer.from(content, 'hex')) !== Number.parseInt(sum, 16)) continue
      found = content.startsWith('00') ? 'download' : 'upload'
    }
    this.#keep(text.subarray(end))
    return found
  }

  /** Only what a mark may have begun in. */
  #keep(bytes: Buffer): void {
    const last = bytes.subarray(Math.max(0, bytes.length - MARK_LENGTH + 1))
    const begin = last.indexOf(PAD)
    this.#tail = begin < 0 ? Buffer.alloc(0) : Buffer.from(last.subarray(begin))
  }
}
