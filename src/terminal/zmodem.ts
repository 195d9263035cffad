import { createHash, type Hash } from 'node:crypto'
import { FRAME_TYPE as T, type Unit } from './zmodem-frames.ts'

/** `download`: the program sends. */
export type Direction = 'download' | 'upload'

/** Whose bytes. */
export type Side = 'program' | 'person'

export interface TransferredFile {
  readonly direction: Direction
  /** As the sender calls it; a stranger's text. */
  readonly name: string
  /** Bytes of the file that were sent. */
  readonly bytes: number
  /** Of the whole file; undefined where parts were not seen: it was resumed, or parts came twice. */
  readonly sha256: string | undefined
  /** From its offer to its end. */
  readonly durationMs: number
  readonly outcome: 'complete' | 'skipped' | 'refused' | 'broken'
}

/** What is to be done with a unit. */
export type Course =
  /** Goes to the other side as it is. */
  | 'pass'
  /** Goes to the other side without a control character in it: nobody has asked for just these bytes. */
  | 'pass-plain'
  /** Is no part of the transfer: keys are judged, output is recorded. */
  | 'ordinary'
  /** Goes nowhere: it will be refused as soon as its name is known. */
  | 'drop'
  /** The transfer is not allowed: both sides are to be told, and it is over. */
  | 'refuse'

export interface TransferParts {
  readonly direction: Direction
  readonly allowed: boolean
  /** ms of a monotonic clock. */
  readonly now: () => number
  readonly onFile: (file: TransferredFile) => void
}

const SENDER: readonly number[] = [
  T.rqinit,
  T.sinit,
  T.ack,
  T.file,
  T.nak,
  T.abort,
  T.fin,
  T.data,
  T.eof,
  T.freeCount,
]
const RECEIVER: readonly number[] = [
  ...[T.rinit, T.ack, T.skip, T.nak, T.abort, T.fin, T.rpos, T.ferr, T.crc, T.challenge, T.complete],
]

type Header = Extract<Unit, { kind: 'header' }>

/** Where the receiver stands: what the sender may send goes by it. */
type Stand = 'ready' | 'offered' | 'wanted' | 'all'

/**
 * One ZMODEM transfer after its handshake, seen from between both sides. The content of a file goes on only where the
 * receiver has asked for it by a frame of its own, and is part of that file's record; all else that goes on is a header,
 * the name of a file or an attention sequence, without control characters.
 */
export class Transfer {
  readonly #parts: TransferParts
  readonly #sender: Side
  #stand: Stand = 'ready'
  /** What the subpackets that follow are. */
  #data: 'name' | 'content' | 'attention' | 'none' = 'none'
  #file: OpenFile | undefined
  #finished = { sender: false, receiver: false }
  #over: 'no' | 'goodbye' | 'yes' = 'no'
  /** The last words of the sender, OO. */
  #goodbye = 2

  constructor(parts: TransferParts) {
    this.#parts = parts
    this.#sender = parts.direction === 'download' ? 'program' : 'person'
  }

  get over(): boolean {
    return this.#over === 'yes'
  }

  /** What is to be done with the next unit of a side. */
  take(side: Side, unit: Unit): Course {
    switch (unit.kind) {
      case 'cancel':
        this.break()
        return 'pass'
      case 'flow':
        return 'pass'
      case 'other':
        return 'ordinary'
      case 'data':
        return side === this.#sender ? this.#takeData(unit.payload) : 'ordinary'
      case 'header':
        return side === this.#sender ? this.#takeSender(unit) : this.#takeReceiver(unit)
    }
  }

  /** Both have said that it is over: how many of these bytes of the sender are its last words. Then it is over. */
  lastWords(side: Side, bytes: Buffer): number {
    if (this.#over !== 'goodbye' || side !== this.#sender) return 0
    let count = 0
    while (count < this.#goodbye && bytes[count] === 0x4f) count += 1
    this.#goodbye -= count
    if (this.#goodbye === 0 || count < bytes.length) this.#over = 'yes'
    return count
  }

  /** How many of the sender's last words never came: sz loses them when it resets a PTY, and rz waits half a minute. */
  get owed(): number {
    return this.#finished.sender && this.#finished.receiver ? this.#goodbye : 0
  }

  /** The receiver has asked for the content of a file, and it has not all come. */
  get wanted(): boolean {
    return this.#stand === 'wanted' && this.#file !== undefined
  }

  get sayingGoodbye(): boolean {
    return this.#over === 'goodbye'
  }

  /** It ends here: cancelled, gone silent, or not understood any more. */
  break(): void {
    this.#endFile('broken')
    this.#over = 'yes'
  }

  #takeSender({ type, position, hex }: Header): Course {
    if (type === T.command) return 'refuse'
    this.#data = 'none'
    if (!SENDER.includes(type) || (this.#over !== 'no' && type !== T.fin)) return 'ordinary'
    if (!this.#parts.allowed) return this.#takeUnwelcome(type, hex)
    if (type === T.data || type === T.eof) return this.#takeContent(type, position)
    if (type === T.file) this.#data = 'name'
    else if (type === T.sinit) this.#data = 'attention'
    else if (type === T.fin) this.#fin('sender')
    return hex ? 'pass' : 'pass-plain'
  }

  #takeContent(type: number, position: number): Course {
    if (!this.wanted) return 'ordinary'
    if (type === T.data) {
      this.#data = 'content'
      this.#file?.seek(position)
    } else this.#stand = 'all'
    return 'pass'
  }

  /** A sender without the right to send is heard until it names a file. */
  #takeUnwelcome(type: number, hex: boolean): Course {
    if (type === T.sinit || type === T.data) return 'refuse'
    if (type === T.file) this.#data = 'name'
    // Unanswered, sz would wait for ten seconds before it names one.
    if (type === T.rqinit && hex) return 'pass'
    return type === T.file ? 'drop' : 'ordinary'
  }

  /** A receiver speaks in hexadecimal (section 7.3): anything else has room for bytes that are no answer. */
  #takeReceiver({ type, hex }: Header): Course {
    if (!hex || !RECEIVER.includes(type) || (this.#over !== 'no' && type !== T.fin)) return 'ordinary'
    if (!this.#parts.allowed && type !== T.rinit) return 'ordinary'
    if (type === T.rpos && this.#file) {
      this.#stand = 'wanted'
    } else if (type === T.rinit) {
      if (this.#stand === 'all') this.#endFile('complete')
      this.#stand = 'ready'
    } else if (type === T.skip) {
      this.#endFile('skipped')
    } else if (type === T.ferr || type === T.abort) this.#endFile('broken')
    else if (type === T.fin) this.#fin('receiver')
    return 'pass'
  }

  #takeData(payload: Buffer): Course {
    switch (this.#data) {
      case 'content':
        if (!this.wanted) return 'ordinary'
        this.#file?.add(payload)
        return 'pass'
      case 'name':
        return this.#takeName(payload)
      case 'attention':
        return payload.length <= MOST_ATTENTION && isPlain(payload) ? 'pass-plain' : 'ordinary'
      case 'none':
        return 'ordinary'
    }
  }

  #takeName(payload: Buffer): Course {
    const plain = payload.length <= MOST_NAME && isPlain(payload)
    if (this.#parts.allowed && !plain) return 'ordinary'
    const name = nameIn(payload.subarray(0, MOST_NAME))
    // The same offer may come twice: rz answers each of its own marks.
    if (this.#file?.name === name) return 'pass-plain'
    this.#file = new OpenFile(name, this.#parts.now())
    this.#stand = 'offered'
    if (this.#parts.allowed) return 'pass-plain'
    this.#endFile('refused')
    this.#over = 'yes'
    return 'refuse'
  }

  #fin(who: 'sender' | 'receiver'): void {
    this.#finished = { ...this.#finished, [who]: true }
    if (!this.#finished.sender || !this.#finished.receiver) return
    this.#endFile('broken')
    this.#over = 'goodbye'
  }

  #endFile(outcome: TransferredFile['outcome']): void {
    const file = this.#file
    this.#file = undefined
    this.#stand = 'ready'
    if (!file) return
    const { direction, onFile, now } = this.#parts
    const durationMs = Math.round(now() - file.began)
    onFile({ direction, name: file.name, bytes: file.bytes, sha256: file.digest(), durationMs, outcome })
  }
}

/** What a file is called and its attributes (section 11.2: one subpacket of the specification's length). */
const MOST_NAME = 1024
/** What interrupts the sender (section 11.1). */
const MOST_ATTENTION = 32

/** Text and NULs. */
const isPlain = (payload: Buffer): boolean =>
  payload.every((byte) => byte === 0 || (byte >= 0x20 && byte !== 0x7f))

/** The name is the text before the first NUL (section 11.2). */
const nameIn = (payload: Buffer): string => {
  const end = payload.indexOf(0)
  return payload.subarray(0, end < 0 ? payload.length : end).toString()
}

/** A file on its way. */
class OpenFile {
  readonly name: string
  readonly began: number
  #hash: Hash | undefined = createHash('sha256')
  #position = 0
  #most = 0

  constructor(name: string, began: number) {
    this.name = name
    this.began = began
  }

  get bytes(): number {
    return this.#most
  }

  /** What follows begins here. From the start again is exact; any other jump leaves a part unseen or seen twice. */
  seek(position: number): void {
    if (position === this.#position) return
    this.#hash = position === 0 ? createHash('sha256') : undefined
    this.#position = position
  }

  add(bytes: Buffer): void {
    this.#hash?.update(bytes)
    this.#position += bytes.length
    this.#most = Math.max(this.#most, this.#position)
  }

  digest(): string | undefined {
    return this.#hash?.digest('hex')
  }
}
