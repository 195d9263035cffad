import unicode11 from '@xterm/addon-unicode11'
import headless, { type IBuffer, type IMarker } from '@xterm/headless'
import { decodeSize, FRAME, type Frame } from './frames.ts'
import type { ReplayHead } from './replay-file.ts'

/** A line as it stood on the screen. */
export interface ReplayLine {
  /** µs since the start, of the moment it was last seen on the screen. */
  readonly time: number
  readonly text: string
  /** In a full-screen program (vi, less, top): such lines come once each, not once a picture. */
  readonly fullScreen: boolean
}

/** Frames of this long are drawn at once (µs): each drawing costs a turn of the event loop. */
const WINDOW = 250_000
/** So much is drawn at once, at most: less than the lines that are kept. */
const MOST_BYTES = 256 * 1024
const MOST_LINE_FEEDS = 4_000
const SCROLLBACK = 12_000
const LINE_FEED = 0x0a

type Emulator = InstanceType<typeof headless.Terminal>

/**
 * The text of a replay, line by line, as it left the screen: by scrolling, by being cleared, or at the end. Constant
 * memory.
 */
export async function* replayLines(
  head: ReplayHead,
  frames: AsyncIterable<Frame>,
): AsyncGenerator<ReplayLine> {
  const lines = new Lines(head)
  try {
    for await (const { kind, time, payload } of frames) {
      if (lines.isDue(time)) yield* await lines.draw()
      if (kind === FRAME.resize) {
        yield* await lines.draw()
        lines.resize(payload)
      }
      if (kind !== FRAME.output) continue
      for (const piece of pieces(payload)) {
        if (lines.add(piece, time)) yield* await lines.draw()
      }
    }
    yield* await lines.draw()
    yield* lines.rest()
  } finally {
    lines.dispose()
  }
}

class Lines {
  readonly #emulator: Emulator
  readonly #found: ReplayLine[] = []
  #waiting: Buffer[] = []
  #bytes = 0
  #feeds = 0
  #began = 0
  #time = 0
  /** The last line that was handed out. */
  #marker: IMarker | undefined
  /** Lines of the full-screen picture before. */
  #picture = new Set<string>()

  constructor({ columns, rows }: ReplayHead) {
    this.#emulator = new headless.Terminal({
      cols: columns,
      rows,
      scrollback: SCROLLBACK,
      allowProposedApi: true,
      logLevel: 'off',
    })
    this.#emulator.loadAddon(new unicode11.Unicode11Addon())
    this.#emulator.unicode.activeVersion = '11'
    this.#emulator.parser.registerCsiHandler({ final: 'J' }, (params) => {
      if (params[0] === 2 || params[0] === 3) this.#beforeClear()
      return false
    })
  }

  isDue(time: number): boolean {
    return this.#waiting.length > 0 && time - this.#began > WINDOW
  }

  /** `true`: enough for one drawing. */
  add(bytes: Buffer, time: number): boolean {
    if (this.#waiting.length === 0) this.#began = time
    this.#time = time
    this.#waiting.push(bytes)
    this.#bytes += bytes.length
    this.#feeds += lineFeeds(bytes)
    return this.#bytes >= MOST_BYTES || this.#feeds >= MOST_LINE_FEEDS
  }

  resize(payload: Buffer): void {
    const size = decodeSize(payload)
    if (size) this.#emulator.resize(Math.max(2, size.columns), Math.max(1, size.rows))
  }

  async draw(): Promise<readonly ReplayLine[]> {
    if (this.#waiting.length === 0) return []
    const bytes = Buffer.concat(this.#waiting)
    this.#waiting = []
    this.#bytes = 0
    this.#feeds = 0
    await new Promise<void>((resolve) => this.#emulator.write(bytes, resolve))
    const { active, normal } = this.#emulator.buffer
    if (active.type === 'alternate') this.#fullScreen(active)
    else this.#scrolledOff(normal)
    return this.#found.splice(0)
  }

  /** What is still on the screen. */
  rest(): readonly ReplayLine[] {
    const { normal } = this.#emulator.buffer
    this.#take(normal, { from: this.#next, until: normal.length })
    const last = this.#found.findLastIndex(({ text }) => text !== '')
    return this.#found.splice(0).slice(0, last + 1)
  }

  dispose(): void {
    this.#emulator.dispose()
  }

  get #next(): number {
    return this.#marker && !this.#marker.isDisposed ? this.#marker.line + 1 : 0
  }

  #scrolledOff(buffer: IBuffer): void {
    let until = buffer.baseY
    // A line that goes on below is not over.
    while (until > this.#next && buffer.getLine(until)?.isWrapped) until -= 1
    if (until <= this.#next) return
    this.#take(buffer, { from: this.#next, until })
    this.#markAt(buffer, until - 1)
  }

  /** Called while parsing, with the screen as it is before it is cleared. */
  #beforeClear(): void {
    const { active, normal } = this.#emulator.buffer
    if (active.type === 'alternate') return
    let until = normal.baseY + this.#emulator.rows
    while (
      until > this.#next &&
      normal
        .getLine(until - 1)
        ?.translateToString(true)
        .trimEnd() === ''
    )
      until -= 1
    this.#take(normal, { from: this.#next, until })
    this.#markAt(normal, normal.baseY - 1)
  }

  #markAt(buffer: IBuffer, line: number): void {
    this.#marker?.dispose()
    this.#marker = line < 0 ? undefined : this.#emulator.registerMarker(line - buffer.baseY - buffer.cursorY)
  }

  #take(buffer: IBuffer, { from, until }: { from: number; until: number }): void {
    let text = ''
    for (let at = from; at < until; at += 1) {
      const line = buffer.getLine(at)
      const goesOn = at + 1 < until && buffer.getLine(at + 1)?.isWrapped === true
      text += line?.translateToString(!goesOn) ?? ''
      if (goesOn) continue
      this.#found.push({ time: this.#time, text: text.trimEnd(), fullScreen: false })
      text = ''
    }
  }

  #fullScreen(buffer: IBuffer): void {
    const picture = new Set<string>()
    for (let row = 0; row < this.#emulator.rows; row += 1) {
      const text =
        buffer
          .getLine(buffer.baseY + row)
          ?.translateToString(true)
          .trimEnd() ?? ''
      if (text === '') continue
      picture.add(text)
      if (!this.#picture.has(text)) this.#found.push({ time: this.#time, text, fullScreen: true })
    }
    this.#picture = picture
  }
}

/** Cuts output so that no piece has more line ends than are kept. */
function* pieces(bytes: Buffer): Generator<Buffer> {
  let from = 0
  let feeds = 0
  for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) {
    feeds += 1
    if (feeds < MOST_LINE_FEEDS) continue
    yield bytes.subarray(from, at + 1)
    from = at + 1
    feeds = 0
  }
  if (from < bytes.length) yield bytes.subarray(from)
}

function lineFeeds(bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) count += 1
  return count
}
