import { CHARSETS, type Charset, type Converter, fromUtf8, toUtf8 } from '../asset/encoding.ts'
import { EncodingKey } from './encoding-key.ts'
import type { Stage, StageMaker, StageOutlets } from './stage.ts'
import { ZmodemGuest, type ZmodemParts } from './zmodem-guest.ts'

export interface AssetLineParts {
  readonly charset: Charset
  /** What the Backspace key sends. */
  readonly backspace: 'as-is' | 'bs' | 'del'
  readonly zmodem: ZmodemParts
  /** Shown keys as the person typed them, in UTF-8. */
  readonly recordKeys: (bytes: Buffer) => void
  /** A line of the bastion for the person: what the encoding is, and which there are to choose from. */
  readonly tell: (news: 'ask' | 'now', charset: Charset) => void
}

const BS = 0x08
const DEL = 0x7f

/**
 * What the asset's end of a session's line is like: its encoding, its Backspace key, files that come by ZMODEM. In between
 * everybody (rules, the record, onlookers) sees UTF-8, and none of a transfer's bytes.
 */
export class AssetLine {
  readonly #parts: AssetLineParts
  readonly #zmodem: ZmodemGuest
  readonly #key: EncodingKey
  #charset: Charset
  #in: Converter
  #out: Converter
  #person: StageOutlets | undefined
  #program: StageOutlets | undefined

  constructor(parts: AssetLineParts) {
    this.#parts = parts
    this.#charset = parts.charset
    this.#in = toUtf8(parts.charset)
    this.#out = fromUtf8(parts.charset)
    this.#zmodem = new ZmodemGuest(parts.zmodem, {
      raw: (to, bytes) => this.#raw(to, bytes),
      ordinary: (from, bytes) => (from === 'person' ? this.#key.typed(bytes) : this.#shown(bytes)),
    })
    this.#key = new EncodingKey({
      pass: (bytes) => this.#person?.toProgram(bytes),
      ask: () => parts.tell('ask', this.#charset),
      choose: (charset) => this.#choose(charset),
    })
  }

  /** Nearest to the person. */
  readonly front: StageMaker = (outlets): Stage => {
    this.#person = outlets
    return {
      keys: (bytes) => this.#done(() => this.#zmodem.keys(bytes)),
      output: (bytes) => this.#done(() => outlets.toPerson(bytes)),
      keysEnded: async () => {
        this.#zmodem.ended('person')
        this.#key.ended()
      },
      [Symbol.dispose]: () => this.#zmodem[Symbol.dispose](),
    }
  }

  /** Nearest to the program. */
  readonly back: StageMaker = (outlets): Stage => {
    this.#program = outlets
    return {
      keys: (bytes) => this.#done(() => this.#toProgram(bytes, outlets)),
      output: (bytes) => this.#done(() => this.#zmodem.output(bytes)),
      outputEnded: () => {
        this.#zmodem.ended('program')
        outlets.toPerson(this.#in.end())
      },
      [Symbol.dispose]: () => undefined,
    }
  }

  /** Nothing here asks a source to wait. */
  #done(act: () => void): true {
    act()
    return true
  }

  #raw(to: 'person' | 'program', bytes: Buffer): void {
    if (to === 'person') this.#program?.toPerson(bytes, 'unrecorded')
    else this.#program?.toProgram(bytes, 'unrecorded')
  }

  #shown(bytes: Buffer): void {
    this.#program?.toPerson(this.#in.convert(bytes))
  }

  #toProgram(bytes: Buffer, outlets: StageOutlets): void {
    this.#parts.recordKeys(bytes)
    this.#zmodem.reached(bytes)
    outlets.toProgram(this.#out.convert(this.#withBackspace(bytes)), 'unrecorded')
  }

  #withBackspace(bytes: Buffer): Buffer {
    const { backspace } = this.#parts
    if (backspace === 'as-is') return bytes
    const [from, to] = backspace === 'bs' ? [DEL, BS] : [BS, DEL]
    return bytes.includes(from) ? Buffer.from(bytes.map((byte) => (byte === from ? to : byte))) : bytes
  }

  #choose(charset: Charset | undefined): void {
    if (charset !== undefined && CHARSETS.includes(charset)) {
      this.#program?.toPerson(this.#in.end())
      this.#charset = charset
      this.#in = toUtf8(charset)
      this.#out = fromUtf8(charset)
    }
    this.#parts.tell('now', this.#charset)
  }
}
