import type { Clock } from '../base/clock.ts'
import { unreachable } from '../base/unreachable.ts'
import { type Course, type Direction, type Side, Transfer, type TransferredFile } from '../terminal/zmodem.ts'
import { FRAME_TYPE, FrameReader, type Unit, withoutControls } from '../terminal/zmodem-frames.ts'
import { ZmodemMark } from '../terminal/zmodem-mark.ts'
import { ZmodemLine } from './zmodem-line.ts'

export interface ZmodemWays {
  /** To the program or the person as they are: past rules, conversion and the record. */
  raw(to: Side, bytes: Buffer): void
  /** What is no part of a transfer: keys to be judged, output to be recorded. */
  ordinary(from: Side, bytes: Buffer): void
}

export interface ZmodemParts {
  readonly clock: Clock
  readonly allowed: (direction: Direction) => boolean
  readonly onFile: (file: TransferredFile) => void
  /** A transfer is over; so many bytes of it are not in the replay. */
  readonly onEnd: (outcome: 'over' | 'refused' | 'silent', direction: Direction, bytes: number) => void
  /** Bytes of a transfer moved. */
  readonly onMove: () => void
}

type State =
  | { readonly kind: 'idle' }
  /** The program has printed the mark of one that wants to send or receive. */
  | { readonly kind: 'offered'; readonly direction: Direction; readonly until: number }
  | { readonly kind: 'running'; readonly direction: Direction; readonly transfer: Transfer }
  /**
   * It was refused: frames of programs that have not understood it yet go nowhere. `heard`: when the last one came.
   * `ended`: the program has said something else since, so that a mark is that of another one.
   */
  | { readonly kind: 'draining'; readonly heard: number; readonly ended: boolean }

const IDLE: State = { kind: 'idle' }

/** rz and sz repeat their mark every ten seconds. */
const OFFER_MS = 60_000
const SILENCE_MS = 60_000
/** A frame whose rest does not come by then is none. */
const HOLD_MS = 5000
/** Keys after a mark are not held for longer. */
const HOLD_KEYS_MS = 1000
const GOODBYE_MS = 2000
/** sz repeats an offer that got no answer after ten seconds. */
const DRAIN_MS = 12_000
const TICK_MS = 500

const PRELUDE = Buffer.from('rz\r')

/** What an answer to an offer begins with. */
const ANSWERS: Readonly<Record<Direction, readonly number[]>> = {
  download: [FRAME_TYPE.rinit],
  upload: [FRAME_TYPE.rqinit, FRAME_TYPE.file, FRAME_TYPE.sinit],
}

/**
 * Ends rz, sz and what speaks like them: CANs, and BSs that rub them out of a shell's line. The PAD in front wakes an sz
 * that got the receiver's mark twice: it skips everything up to the next PAD, CANs too.
 */
const CANCEL = Buffer.concat([Buffer.from('*'), Buffer.alloc(8, 0x18), Buffer.alloc(10, 0x08)])

/**
 * Lets ZMODEM pass through a session as a guest. A mark the program prints changes nothing; only when the person's client
 * answers it with a frame whose checksum is right does a transfer begin, and in it only such frames go past rules,
 * conversion and recording.
 */
export class ZmodemGuest implements Disposable {
  readonly #parts: ZmodemParts
  readonly #ways: ZmodemWays
  readonly #mark = new ZmodemMark()
  readonly #readers: Record<Side, FrameReader> = { program: new FrameReader(), person: new FrameReader() }
  readonly #heard: Record<Side, number> = { program: 0, person: 0 }
  #state: State = IDLE
  /** What sz says before its first frame, to a shell that would run it. It is no key where that frame follows. */
  #prelude: Buffer | undefined
  readonly #line = new ZmodemLine()
  #moved = 0
  #gap = 0
  #timer: Disposable | undefined

  constructor(parts: ZmodemParts, ways: ZmodemWays) {
    this.#parts = parts
    this.#ways = ways
  }

  keys(bytes: Buffer): void {
    if (this.#state.kind === 'idle') this.#ways.ordinary('person', bytes)
    else this.#feed('person', bytes)
  }

  /** Keys have reached the program, judged or with nobody to judge them. */
  reached(bytes: Buffer): void {
    this.#line.reached(bytes)
  }

  output(bytes: Buffer): void {
    if (this.#state.kind === 'running' || this.#state.kind === 'draining') {
      this.#feed('program', bytes)
      return
    }
    const direction = this.#mark.seen(bytes)
    if (direction) this.#offer(direction)
    this.#ways.ordinary('program', bytes)
  }

  /** One side sends no more: what is held goes on. */
  ended(side: Side): void {
    this.#release(side)
  }

  [Symbol.dispose](): void {
    if (this.#state.kind === 'running') this.#end('over')
    this.#timer?.[Symbol.dispose]()
  }

  #offer(direction: Direction): void {
    this.#state = { kind: 'offered', direction, until: this.#now + OFFER_MS }
    this.#timer ??= this.#parts.clock.after(TICK_MS, () => this.#tick())
  }

  #feed(side: Side, bytes: Buffer): void {
    this.#heard[side] = this.#now
    for (const unit of this.#readers[side].feed(bytes)) this.#take(side, unit)
    const { kind } = this.#state
    if (kind === 'idle' || (kind === 'offered' && side === 'program')) this.#release(side)
  }

  #take(side: Side, unit: Unit): void {
    const state = this.#state
    if (side === 'person') {
      if (state.kind === 'offered' && isPrelude(unit)) {
        this.#prelude = unit.bytes
        return
      }
      this.#endPrelude(state.kind === 'offered' && answers(unit, state.direction))
    }
    if (state.kind === 'offered' && answers(unit, state.direction)) {
      this.#begin(state.direction, side, unit)
    } else if (state.kind === 'running') this.#during(state.transfer, side, unit)
    else if (state.kind === 'draining') this.#drain(state, side, unit)
    else this.#ways.ordinary(side, unit.bytes)
  }

  #begin(direction: Direction, side: Side, unit: Unit): void {
    const { allowed, onFile } = this.#parts
    const now = (): number => this.#now
    const transfer = new Transfer({ direction, allowed: allowed(direction), now, onFile })
    this.#state = { kind: 'running', direction, transfer }
    this.#moved = this.#now
    this.#gap = 0
    this.#during(transfer, side, unit)
  }

  #during(transfer: Transfer, side: Side, unit: Unit): void {
    const last = unit.kind === 'other' ? transfer.lastWords(side, unit.bytes) : 0
    if (last > 0) this.#pass(side, unit.bytes.subarray(0, last))
    const rest = unit.bytes.subarray(last)
    const course = unit.kind === 'other' ? 'ordinary' : this.#courseOf(transfer, side, unit)
    switch (course) {
      case 'pass':
        this.#pass(side, rest)
        break
      case 'pass-plain':
        this.#pass(side, side === 'person' ? withoutControls(rest) : rest)
        break
      case 'ordinary':
        if (transfer.over) this.#end('over')
        if (rest.length > 0) this.#ways.ordinary(side, rest)
        break
      case 'drop':
        break
      case 'refuse':
        this.#refuse()
        return
      default:
        unreachable(course)
    }
    if (transfer.over) this.#end('over')
  }

  #courseOf(transfer: Transfer, side: Side, unit: Unit): Course {
    const { wanted } = transfer
    const course = transfer.take(side, unit)
    if (unit.kind !== 'header' && unit.kind !== 'data') return course
    if (side === 'program' && course === 'pass') this.#line.answered()
    const passes = course === 'pass' || course === 'pass-plain'
    return side === 'program' || wanted || !passes || this.#line.lets(unit) ? course : 'ordinary'
  }

  #pass(from: Side, bytes: Buffer): void {
    this.#moved = this.#now
    this.#gap += bytes.length
    this.#parts.onMove()
    this.#ways.raw(from === 'program' ? 'person' : 'program', bytes)
  }

  #cancel(): void {
    for (const side of ['program', 'person'] as const) this.#ways.raw(side, CANCEL)
  }

  #refuse(): void {
    this.#cancel()
    this.#end('refused')
    this.#state = { kind: 'draining', heard: this.#now, ended: false }
    this.#timer = this.#parts.clock.after(TICK_MS, () => this.#tick())
  }

  /** Who still speaks of the transfer is told again. */
  #drain(state: Extract<State, { kind: 'draining' }>, side: Side, unit: Unit): void {
    if (unit.kind === 'other') {
      if (side === 'program' && unit.bytes.some((byte) => byte > 0x20))
        this.#state = { ...state, ended: true }
      this.#ways.ordinary(side, unit.bytes)
      return
    }
    const direction = side === 'program' && state.ended ? offerIn(unit) : undefined
    if (direction) {
      this.#offer(direction)
      this.#ways.ordinary(side, unit.bytes)
      return
    }
    this.#state = { ...state, heard: this.#now }
    if (unit.kind === 'header') this.#ways.raw(side, CANCEL)
  }

  /** What either side has begun and not finished is no frame any more, unless it is still to go nowhere. */
  #end(outcome: 'over' | 'refused' | 'silent'): void {
    const state = this.#state
    if (state.kind !== 'running') return
    this.#state = IDLE
    const { owed } = state.transfer
    if (state.direction === 'download' && owed > 0) this.#ways.raw('person', Buffer.alloc(owed, 'O'))
    state.transfer.break()
    this.#parts.onEnd(outcome, state.direction, this.#gap)
    this.#timer?.[Symbol.dispose]()
    this.#timer = undefined
    if (outcome === 'refused') return
    for (const side of ['program', 'person'] as const) this.#release(side)
  }

  #endPrelude(isNone: boolean): void {
    const keys = this.#prelude
    this.#prelude = undefined
    if (keys && !isNone) this.#ways.ordinary('person', keys)
  }

  #release(side: Side): void {
    if (side === 'person') this.#endPrelude(false)
    const held = this.#readers[side].release()
    if (held.length > 0) this.#ways.ordinary(side, held)
  }

  #tick(): void {
    this.#timer = undefined
    const state = this.#state
    const hold = state.kind === 'running' ? HOLD_MS : HOLD_KEYS_MS
    for (const side of ['program', 'person'] as const) {
      const holding = this.#readers[side].holding || (side === 'person' && this.#prelude)
      if (holding && this.#now - this.#heard[side] >= hold) this.#release(side)
    }
    if (state.kind === 'offered' && this.#now >= state.until) this.#state = IDLE
    if (state.kind === 'draining' && this.#now - state.heard >= DRAIN_MS) this.#state = IDLE
    if (state.kind === 'running') this.#watch(state.transfer)
    if (this.#state.kind !== 'idle') {
      this.#timer = this.#parts.clock.after(TICK_MS, () => this.#tick())
    } else for (const side of ['program', 'person'] as const) this.#release(side)
  }

  #watch({ sayingGoodbye }: Transfer): void {
    const silent = this.#now - this.#moved
    if (sayingGoodbye && silent >= GOODBYE_MS) this.#end('over')
    else if (silent >= SILENCE_MS) {
      this.#cancel()
      this.#end('silent')
    }
  }

  get #now(): number {
    return this.#parts.clock.monotonic()
  }
}

const answers = (unit: Unit, direction: Direction): boolean =>
  unit.kind === 'header' && ANSWERS[direction].includes(unit.type)

const isPrelude = ({ kind, bytes }: Unit): boolean => kind === 'other' && bytes.equals(PRELUDE)

/** What the mark of a program says. */
function offerIn(unit: Unit): Direction | undefined {
  if (unit.kind !== 'header') return undefined
  if (unit.type === FRAME_TYPE.rqinit) return 'download'
  return unit.type === FRAME_TYPE.rinit ? 'upload' : undefined
}
