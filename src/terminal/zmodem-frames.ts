import { crc16, crc32 } from './zmodem-crc.ts'

/** Frame types of ZMODEM (Forsberg, "The ZMODEM Inter Application File Transfer Protocol", 1988, section 11). */
export const FRAME_TYPE = {
  rqinit: 0,
  rinit: 1,
  sinit: 2,
  ack: 3,
  file: 4,
  skip: 5,
  nak: 6,
  abort: 7,
  fin: 8,
  rpos: 9,
  data: 10,
  eof: 11,
  ferr: 12,
  crc: 13,
  challenge: 14,
  complete: 15,
  can: 16,
  freeCount: 17,
  command: 18,
} as const

/** A piece of one direction of a transfer. `bytes` are as they came. */
export type Unit =
  /** A header whose checksum is right; `position` is its argument as a number. */
  | {
      readonly kind: 'header'
      readonly type: number
      readonly position: number
      readonly hex: boolean
      readonly bytes: Buffer
    }
  /** A data subpacket whose checksum is right. `last`: a header follows. */
  | { readonly kind: 'data'; readonly payload: Buffer; readonly last: boolean; readonly bytes: Buffer }
  /** Five CANs or more. */
  | { readonly kind: 'cancel'; readonly bytes: Buffer }
  /** The XON behind a header. */
  | { readonly kind: 'flow'; readonly bytes: Buffer }
  /** No part of the protocol. */
  | { readonly kind: 'other'; readonly bytes: Buffer }

const PAD = 0x2a
const ZDLE = 0x18
const BACKSPACE = 0x08
const XON = [0x11, 0x13, 0x91, 0x93]
const HEX = 0x42
const BINARY = 0x41
const BINARY32 = 0x43
/** Bytes in a subpacket: 1 KiB by the specification, 8 KiB by what became of it. */
const MOST_PAYLOAD = 8192
/** With every byte escaped, its end and checksum. */
const MOST_SUBPACKET = 2 * (MOST_PAYLOAD + 5)
const CANCEL = 5
/** What ends a subpacket: E and W are followed by a header, G and Q by more data. */
const ENDS = { e: 0x68, g: 0x69, q: 0x6a, w: 0x6b } as const

type Found = { readonly unit: Unit; readonly check?: 16 | 32 } | 'more' | 'bad'

/**
 * Takes one direction of a transfer apart, wherever it is cut. Nothing is called part of the protocol before its
 * checksum is right; what is not yet complete is held, at most one subpacket.
 */
export class FrameReader {
  #held: Buffer = Buffer.alloc(0)
  /** The checksum of the data that follows, while data follow. */
  #data: 16 | 32 | undefined
  #afterHeader = false

  /** Bytes that wait for the rest of their frame. */
  get holding(): boolean {
    return this.#held.length > 0
  }

  feed(bytes: Buffer): readonly Unit[] {
    let rest = this.#held.length > 0 ? Buffer.concat([this.#held, bytes]) : bytes
    const units: Unit[] = []
    while (rest.length > 0) {
      const found = this.#next(rest)
      if (found === 'more') break
      units.push(found)
      rest = rest.subarray(found.bytes.length)
    }
    this.#held = Buffer.from(rest)
    return units
  }

  /** What is held is no frame after all. */
  release(): Buffer {
    const held = this.#held
    this.#held = Buffer.alloc(0)
    this.#data = undefined
    this.#afterHeader = false
    return held
  }

  #next(bytes: Buffer): Unit | 'more' {
    if (this.#data !== undefined) {
      const found = subpacket(bytes, this.#data)
      if (found === 'more') return 'more'
      if (found !== 'bad') {
        if (found.unit.kind === 'data' && found.unit.last) this.#data = undefined
        return found.unit
      }
      this.#data = undefined
    }
    return this.#hunt(bytes)
  }

  #hunt(bytes: Buffer): Unit | 'more' {
    const first = bytes[0] ?? 0
    if (this.#afterHeader && XON.includes(first)) return { kind: 'flow', bytes: bytes.subarray(0, 1) }
    const found = first === ZDLE ? cancel(bytes) : first === PAD ? header(bytes) : 'bad'
    if (found === 'more') return 'more'
    this.#afterHeader = found !== 'bad' && found.unit.kind === 'header'
    if (found === 'bad') return other(bytes)
    if (found.unit.kind === 'header' && WITH_DATA.includes(found.unit.type)) this.#data = found.check
    return found.unit
  }
}

const WITH_DATA: readonly number[] = [FRAME_TYPE.sinit, FRAME_TYPE.file, FRAME_TYPE.data, FRAME_TYPE.command]

/** Everything before the next byte with which something of the protocol may begin. */
function other(bytes: Buffer): Unit {
  let end = 1
  while (end < bytes.length && bytes[end] !== PAD && bytes[end] !== ZDLE) end += 1
  return { kind: 'other', bytes: bytes.subarray(0, end) }
}

function cancel(bytes: Buffer): Found {
  let end = 0
  while (bytes[end] === ZDLE) end += 1
  if (end < CANCEL) return end === bytes.length ? 'more' : 'bad'
  while (bytes[end] === ZDLE || bytes[end] === BACKSPACE) end += 1
  return { unit: { kind: 'cancel', bytes: bytes.subarray(0, end) } }
}

function header(bytes: Buffer): Found {
  let at = 1
  if (bytes[at] === PAD) at += 1
  if (at >= bytes.length) return 'more'
  if (bytes[at] !== ZDLE) return 'bad'
  const format = bytes[at + 1]
  if (format === undefined) return 'more'
  if (format === HEX) return hexHeader(bytes, at + 2)
  if (format === BINARY) return binaryHeader(bytes, at + 2, 16)
  return format === BINARY32 ? binaryHeader(bytes, at + 2, 32) : 'bad'
}

const HEX_DIGITS = 14

function hexHeader(bytes: Buffer, from: number): Found {
  const digits = bytes.subarray(from, from + HEX_DIGITS).toString('latin1')
  if (!/^[0-9a-f]*$/.test(digits)) return 'bad'
  if (digits.length < HEX_DIGITS) return 'more'
  let end = from + HEX_DIGITS
  // CR and LF, each with or without its highest bit.
  if (end >= bytes.length) return 'more'
  if (((bytes[end] ?? 0) & 0x7f) === 0x0d) end += 1
  if (end >= bytes.length) return 'more'
  if (((bytes[end] ?? 0) & 0x7f) === 0x0a) end += 1
  return checked(Buffer.from(digits, 'hex'), bytes.subarray(0, end), { hex: true, check: 16 })
}

function binaryHeader(bytes: Buffer, from: number, check: 16 | 32): Found {
  const content: number[] = []
  let at = from
  while (content.length < 5 + check / 8) {
    const step = unescaped(bytes, at)
    if (step === 'more' || step === 'bad') return step
    if (step.end !== undefined) return 'bad'
    if (step.byte !== undefined) content.push(step.byte)
    at = step.next
  }
  return checked(Buffer.from(content), bytes.subarray(0, at), { hex: false, check })
}

function checked(content: Buffer, bytes: Buffer, { hex, check }: { hex: boolean; check: 16 | 32 }): Found {
  const [type = 0] = content
  if (!sumFits(content.subarray(0, 5), content.subarray(5), check)) return 'bad'
  return { unit: { kind: 'header', type, position: content.readUInt32LE(1), hex, bytes }, check }
}

function subpacket(bytes: Buffer, check: 16 | 32): Found {
  const payload: number[] = []
  let at = 0
  let end: number | undefined
  const sum: number[] = []
  while (end === undefined || sum.length < check / 8) {
    if (at > MOST_SUBPACKET || payload.length > MOST_PAYLOAD) return 'bad'
    const step = unescaped(bytes, at)
    if (step === 'more' || step === 'bad') return step
    at = step.next
    if (step.end !== undefined && end !== undefined) return 'bad'
    end ??= step.end
    if (step.byte !== undefined) (end === undefined ? payload : sum).push(step.byte)
  }
  const content = Buffer.from(payload)
  if (!sumFits(Buffer.concat([content, Buffer.from([end])]), Buffer.from(sum), check)) return 'bad'
  const last = end === ENDS.e || end === ENDS.w
  return { unit: { kind: 'data', payload: content, last, bytes: bytes.subarray(0, at) } }
}

type Step = { readonly byte?: number; readonly end?: number; readonly next: number } | 'more' | 'bad'

/** One byte, its escape undone (section 7.2). Flow control in between is none of the data. */
function unescaped(bytes: Buffer, at: number): Step {
  const byte = bytes[at]
  if (byte === undefined) return 'more'
  if (XON.includes(byte)) return { next: at + 1 }
  if (byte !== ZDLE) return { byte, next: at + 1 }
  const escaped = bytes[at + 1]
  if (escaped === undefined) return 'more'
  const next = at + 2
  if (escaped >= ENDS.e && escaped <= ENDS.w) return { end: escaped, next }
  if (escaped === 0x6c) return { byte: 0x7f, next }
  if (escaped === 0x6d) return { byte: 0xff, next }
  return (escaped & 0x60) === 0x40 ? { byte: escaped ^ 0x40, next } : 'bad'
}

function sumFits(content: Buffer, sum: Buffer, check: 16 | 32): boolean {
  return check === 16 ? sum.readUInt16BE(0) === crc16(content) : sum.readUInt32LE(0) === crc32(content)
}

/**
 * A binary header or a subpacket with every control character in it escaped, which each receiver undoes (section 7.2):
 * whoever reads it instead of one sees no key in it that a shell acts on. Flow control in between is left out.
 */
export function withoutControls(bytes: Buffer): Buffer {
  const out: number[] = []
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    if (XON.includes(byte)) continue
    if (byte === ZDLE) out.push(ZDLE, bytes[++at] ?? 0)
    else if ((byte & 0x60) === 0) out.push(ZDLE, byte ^ 0x40)
    else out.push(byte)
  }
  return Buffer.from(out)
}
