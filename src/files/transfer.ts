import { createHash } from 'node:crypto'
import type { Clock } from '../base/clock.ts'
import type { BytePath } from './byte-path.ts'
import type { Operation } from './operation-log.ts'
import { OPEN } from './sftp/protocol.ts'

/** How the name for a log follows from how a file was opened. */
const operateOf = (flags: number): 'Append' | 'Upload' | 'Download' => {
  if (flags & OPEN.append) return 'Append'
  return flags & (OPEN.write | OPEN.create | OPEN.truncate) ? 'Upload' : 'Download'
}

/** Content that passes in order from the beginning is hashed on its way; anything else ends that. */
class Content {
  readonly #hash = createHash('sha256')
  #position = 0
  #inOrder = true
  bytes = 0

  /** True as long as everything came in order. */
  get inOrder(): boolean {
    return this.#inOrder
  }

  get position(): number {
    return this.#position
  }

  pass(offset: number, data: Uint8Array): void {
    this.bytes += data.length
    if (!this.#inOrder) return
    if (offset !== this.#position) {
      this.#inOrder = false
      return
    }
    this.#hash.update(data)
    this.#position += data.length
  }

  digest(): string {
    return this.#hash.digest('hex')
  }
}

/** What passes through one open file, from OPEN to CLOSE. */
export class Transfer {
  readonly path: BytePath
  readonly operate: 'Append' | 'Upload' | 'Download'
  readonly #began: number
  readonly #sent = new Content()
  readonly #received = new Content()
  /** The file was empty when it was opened, so what was sent is all of it. */
  readonly #fresh: boolean
  #size: number | undefined
  #failure: string | undefined
  #copied = false

  constructor(path: BytePath, flags: number, clock: Clock) {
    this.path = path
    this.operate = operateOf(flags)
    this.#fresh = (flags & OPEN.truncate) !== 0 || (flags & OPEN.exclusive) !== 0
    this.#began = clock.monotonic()
  }

  /** Data of a WRITE on its way to the asset. */
  sending(offset: number, data: Uint8Array): void {
    this.#sent.pass(offset, data)
  }

  /** Data of an answer to READ. */
  received(offset: number, data: Uint8Array): void {
    this.#received.pass(offset, data)
  }

  /** The asset said where the file ends. */
  ends(size: number): void {
    this.#size = size
  }

  /** Something else changed the content (copy-data). */
  changedElsewhere(): void {
    this.#copied = true
  }

  /** The first failure is the one that is told. */
  failed(reason: string): void {
    this.#failure ??= reason
  }

  /** All that was asked for came in order, and only the size is missing to say that it was the whole file. */
  get wantsSize(): boolean {
    const { inOrder, position } = this.#received
    return this.operate === 'Download' && inOrder && position > 0 && this.#size === undefined
  }

  get uploads(): boolean {
    return this.operate !== 'Download'
  }

  /** The record of it. To be called once, at its end. */
  operation(copy?: string): Operation {
    const content = this.uploads ? this.#sent : this.#received
    const reason = this.#failure
    const whole = reason === undefined && content.inOrder && !this.#copied && this.#isWhole()
    return {
      operate: this.operate,
      path: this.path,
      success: reason === undefined,
      reason: reason === undefined ? undefined : this.#told(reason),
      bytes: content.bytes,
      sha256: whole ? content.digest() : undefined,
      copy,
      began: this.#began,
    }
  }

  #isWhole(): boolean {
    if (this.operate === 'Upload') return this.#fresh
    return this.operate === 'Download' && this.#size !== undefined && this.#received.position >= this.#size
  }

  /** A file that was written in part stays on the asset: that is worth knowing. */
  #told(reason: string): string {
    return this.uploads && this.#sent.bytes > 0 ? `${reason} (a partial file is left)` : reason
  }
}
