import type { Writable } from 'node:stream'
import { Player } from '../audit/player.ts'
import { ReplayFile } from '../audit/replay-file.ts'
import { pictureAt } from '../audit/replay-picture.ts'
import type { Clock } from '../base/clock.ts'
import type { Size } from '../terminal/terminal.ts'
import type { LiveTerminal, Onlooker } from './live.ts'

export interface ViewOptions {
  readonly live: LiveTerminal
  readonly name: string
  /** May type, too. */
  readonly types: boolean
  /** The person in the session is told. */
  readonly announced: boolean
  /** The onlooker's screen: raw bytes. */
  readonly sink: Writable
  readonly clock: Clock
  /** The session's window, now and whenever it changes. */
  readonly onSize?: (size: Size) => void
}

/**
 * Why a view is over.
 * - `ended`: the session is
 * - `slow`: the onlooker did not keep up, and was dropped
 * - `left`: the onlooker went
 * - `not-running`: it did not run yet, or no longer, or too many look on
 */
export type ViewEnd = 'ended' | 'slow' | 'left' | 'not-running'

/** Bytes an onlooker may lag behind. */
const MOST_BEHIND = 4 * 1024 * 1024
/** A clean terminal, for a picture to be drawn on. */
const CLEAR = Buffer.from('\x1b[!p\x1b[?1049l\x1b[?25h\x1b[m\x1b[H\x1b[2J\x1b[3J')
const REWIND_SPEED = 4

/**
 * One onlooker's view of a running session. It begins with the screen as it is, goes on with every byte that follows,
 * and can be rewound to the session's start: what was is read from the replay that is being written. The session never
 * waits for it: a view that does not keep up ends.
 */
export class View implements Onlooker {
  readonly #options: ViewOptions
  /** Output that came while the picture was drawn; undefined: it goes straight on. */
  #behind: Buffer[] | undefined = []
  #behindBytes = 0
  #place: Disposable | undefined
  #player: Player | undefined
  #isOver = false
  #resolve: (end: ViewEnd) => void = () => {}
  readonly #over: Promise<ViewEnd>

  private constructor(options: ViewOptions) {
    this.#options = options
    this.#over = new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  /** Shows the session until it is over, the onlooker is too slow, or `signal` fires. Leaves the sink open. */
  static async show(
    options: ViewOptions,
    onOpen: (view: View) => void,
    signal: AbortSignal,
  ): Promise<ViewEnd> {
    const view = new View(options)
    view.#place = options.live.admit(view)
    if (!view.#place) return 'not-running'
    const onAbort = (): void => view.#finish('left')
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      await view.#catchUp()
      onOpen(view)
      return await view.#over
    } finally {
      signal.removeEventListener('abort', onAbort)
      view.#finish('left')
    }
  }

  get name(): string {
    return this.#options.name
  }

  get types(): boolean {
    return this.#options.types
  }

  get announced(): boolean {
    return this.#options.announced
  }

  /** Keys of the onlooker. `false`: not taken, because they only look, or the input is held. */
  type(bytes: Buffer): boolean {
    return this.#player === undefined && this.#options.live.type(this, bytes)
  }

  /** From the session's start, four times as fast; then it goes on with what is. Again: at once back to now. */
  rewind(): void {
    if (this.#player) this.#player.stop()
    else void this.#playPast()
  }

  output(bytes: Buffer): void {
    if (this.#player || this.#isOver) return
    if (!this.#behind) {
      this.#show(bytes)
      return
    }
    this.#behind.push(Buffer.from(bytes))
    this.#behindBytes += bytes.length
    if (this.#behindBytes > MOST_BEHIND) this.#finish('slow')
  }

  resize(size: Size): void {
    this.#options.onSize?.(size)
  }

  ended(): void {
    this.#finish('ended')
  }

  /** The first word counts. Whoever is dropped holds nothing from then on, however long their screen takes to go. */
  #finish(end: ViewEnd): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#behind = undefined
    this.#player?.stop()
    this.#place?.[Symbol.dispose]()
    this.#resolve(end)
  }

  /** Draws the screen as it was at this moment, then what has come since. */
  async #catchUp(): Promise<void> {
    const { live, sink, onSize } = this.#options
    const { replay, shownBytes } = live
    this.#behind = []
    this.#behindBytes = 0
    if (!replay) return
    await replay.flush()
    const { size, bytes } = await pictureAt(replay.path, shownBytes)
    if (this.#isOver) return
    onSize?.(live.size ?? size)
    sink.write(Buffer.concat([CLEAR, bytes, ...(this.#behind ?? [])]))
    this.#behind = undefined
  }

  async #playPast(): Promise<void> {
    const { live, sink, clock } = this.#options
    const { replay } = live
    if (!replay) return
    const write = (bytes: Buffer): Promise<void> =>
      new Promise((resolve) => sink.write(bytes, () => resolve()))
    const player = new Player({ clock, speed: REWIND_SPEED, maxIdleMs: 2000, write })
    this.#player = player
    sink.write(CLEAR)
    await replay.flush().catch(() => undefined)
    await player.play(new ReplayFile(replay.path).frames()).catch(() => undefined)
    this.#player = undefined
    await this.#catchUp().catch(() => this.#finish('ended'))
  }

  #show(bytes: Buffer): void {
    const { sink } = this.#options
    if (!sink.writable) this.#finish('left')
    else if (sink.writableLength > MOST_BEHIND) this.#finish('slow')
    else sink.write(Buffer.from(bytes))
  }
}
