import type { Pty, Size } from '../terminal/terminal.ts'
import { TELNET, type Verb } from './telnet-parser.ts'

/** Options this side speaks. */
export const OPTION = {
  /** RFC 856: bytes mean bytes. */
  binary: 0,
  /** RFC 857 */
  echo: 1,
  /** RFC 858: both may talk at any time. */
  goAhead: 3,
  /** RFC 1091 */
  terminalType: 24,
  /** RFC 1073 */
  windowSize: 31,
} as const

/** What we do when asked to. */
const OURS: readonly number[] = [OPTION.binary, OPTION.goAhead, OPTION.terminalType, OPTION.windowSize]
/** What we let the server do. */
const THEIRS: readonly number[] = [OPTION.binary, OPTION.echo, OPTION.goAhead]

const TTYPE_IS = 0
const TTYPE_SEND = 1

/** `asked`: we said it first and wait; an answer to that is not answered again. */
type Standing = 'no' | 'yes' | 'asked'

export interface NegotiationParts {
  readonly pty: (Pick<Pty, 'term'> & { readonly size: Size }) | undefined
  /** Bytes of the protocol, to the server as they are. */
  readonly send: (bytes: Buffer) => void
}

/**
 * The options of one telnet connection (RFC 855, loop-free as of RFC 1143). It asks for nothing before the server has
 * shown that it speaks the protocol: a port that is only a raw line gets no bytes of it.
 */
export class Negotiation {
  readonly #parts: NegotiationParts
  readonly #ours = new Map<number, Standing>()
  readonly #theirs = new Map<number, Standing>()
  #size: Size
  #opened = false

  constructor(parts: NegotiationParts) {
    this.#parts = parts
    this.#size = parts.pty?.size ?? { columns: 80, rows: 24 }
  }

  /** Whether what we send arrives as bytes; else a CR has to be followed by NUL. */
  get binaryOut(): boolean {
    return this.#ours.get(OPTION.binary) === 'yes'
  }

  /** Whether what the server sends are bytes. */
  get binaryIn(): boolean {
    return this.#theirs.get(OPTION.binary) === 'yes'
  }

  /** Whether the server shows what is typed. */
  get echoes(): boolean {
    return this.#theirs.get(OPTION.echo) === 'yes'
  }

  verb(verb: Verb, option: number): void {
    this.#open()
    if (verb === 'do' || verb === 'dont') this.#asked(verb === 'do', option)
    else this.#told(verb === 'will', option)
  }

  sub(option: number, bytes: Buffer): void {
    if (option !== OPTION.terminalType || bytes[0] !== TTYPE_SEND || !this.#does(option)) return
    const name =
      (this.#parts.pty?.term ?? 'dumb')
        .toUpperCase()
        .replace(/[^ -~]/g, '')
        .slice(0, 40) || 'DUMB'
    this.#sub(option, Buffer.from([TTYPE_IS, ...Buffer.from(name)]))
  }

  resize(size: Size): void {
    this.#size = size
    if (this.#does(OPTION.windowSize)) this.#sendSize()
  }

  /** What we want, said once. */
  #open(): void {
    if (this.#opened) return
    this.#opened = true
    for (const option of [OPTION.windowSize, OPTION.terminalType, OPTION.binary]) {
      if (this.#mayDo(option)) this.#say(this.#ours, TELNET.WILL, option)
    }
    for (const option of [OPTION.goAhead, OPTION.binary]) this.#say(this.#theirs, TELNET.DO, option)
  }

  #say(standing: Map<number, Standing>, byte: number, option: number): void {
    standing.set(option, 'asked')
    this.#verb(byte, option)
  }

  /** The server wants us to do something, or not. */
  #asked(on: boolean, option: number): void {
    const before = this.#ours.get(option) ?? 'no'
    const will = on && this.#mayDo(option)
    this.#ours.set(option, will ? 'yes' : 'no')
    const changed = before !== (will ? 'yes' : 'no')
    if (before !== 'asked' && (changed || (on && !will))) {
      this.#verb(will ? TELNET.WILL : TELNET.WONT, option)
    }
    if (will && changed && option === OPTION.windowSize) this.#sendSize()
  }

  /** The server does something from now on, or not. */
  #told(on: boolean, option: number): void {
    const before = this.#theirs.get(option) ?? 'no'
    const may = on && THEIRS.includes(option)
    this.#theirs.set(option, may ? 'yes' : 'no')
    const changed = before !== (may ? 'yes' : 'no')
    if (before !== 'asked' && (changed || (on && !may))) {
      this.#verb(may ? TELNET.DO : TELNET.DONT, option)
    }
  }

  #does(option: number): boolean {
    return this.#ours.get(option) === 'yes'
  }

  /** Size and type are those of a terminal; where the person has none there is nothing to tell. */
  #mayDo(option: number): boolean {
    const ofTerminal = option === OPTION.windowSize || option === OPTION.terminalType
    return OURS.includes(option) && (this.#parts.pty !== undefined || !ofTerminal)
  }

  #sendSize(): void {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt16BE(Math.min(0xffff, this.#size.columns), 0)
    bytes.writeUInt16BE(Math.min(0xffff, this.#size.rows), 2)
    this.#sub(OPTION.windowSize, bytes)
  }

  #verb(verb: number, option: number): void {
    this.#parts.send(Buffer.from([TELNET.IAC, verb, option]))
  }

  #sub(option: number, bytes: Buffer): void {
    const { IAC, SB, SE } = TELNET
    this.#parts.send(Buffer.from([IAC, SB, option, ...doubleIac(bytes), IAC, SE]))
  }
}

/** Byte 255 is sent twice. The same buffer where there is none. */
export function doubleIac(bytes: Buffer): Buffer {
  if (!bytes.includes(TELNET.IAC)) return bytes
  const doubled = Buffer.alloc(bytes.length * 2)
  let end = 0
  for (const byte of bytes) {
    doubled[end++] = byte
    if (byte === TELNET.IAC) doubled[end++] = byte
  }
  return doubled.subarray(0, end)
}
