import serialize from '@xterm/addon-serialize'
import unicode11 from '@xterm/addon-unicode11'
import headless from '@xterm/headless'
import { decodeSize, FRAME, type Frame } from './frames.ts'
import type { ReplayHead } from './replay-file.ts'

/** Pictures a second, at most (µs between two). */
const EVERY = 100_000
/** A pause longer than this is shortened to it, in seconds. */
const MOST_PAUSE = 2

/**
 * The recording as pictures, for programs that make images or films of it: a JSON object a line, `{seconds, columns,
 * rows, ansi}`. `seconds` is how long it is shown, `ansi` draws it on an empty terminal of that size. Ten a second at
 * most; equal ones are one; pauses are two seconds at most.
 */
export async function* pictures(head: ReplayHead, frames: AsyncIterable<Frame>): AsyncGenerator<string> {
  const { columns, rows } = head
  const options = { cols: columns, rows, scrollback: 0, allowProposedApi: true, logLevel: 'off' } as const
  const emulator = new headless.Terminal(options)
  emulator.loadAddon(new unicode11.Unicode11Addon())
  emulator.unicode.activeVersion = '11'
  const addon = new serialize.SerializeAddon()
  emulator.loadAddon(addon)
  const drawn = (): Promise<void> => new Promise((resolve) => emulator.write('', resolve))
  const picture = (): Omit<Picture, 'from'> => ({
    columns: emulator.cols,
    rows: emulator.rows,
    ansi: addon.serialize({ scrollback: 0 }),
  })
  let shown: Picture | undefined
  let last = 0
  let changed = false
  for await (const { kind, time, payload } of frames) {
    if (changed && time - last >= EVERY) {
      await drawn()
      const next = { from: last, ...picture() }
      if (shown && shown.ansi !== next.ansi) yield line(shown, next.from)
      if (shown?.ansi !== next.ansi) shown = next
      changed = false
    }
    if (kind === FRAME.resize) {
      const size = decodeSize(payload)
      if (size) emulator.resize(size.columns, size.rows)
    }
    if (kind === FRAME.output) emulator.write(payload)
    if (!changed) last = time
    changed ||= kind === FRAME.output || kind === FRAME.resize
  }
  await drawn()
  const end = { from: last, ...picture() }
  if (shown && shown.ansi !== end.ansi) yield line(shown, end.from)
  yield line(shown && shown.ansi === end.ansi ? shown : end, end.from + 1e6)
  emulator.dispose()
}

interface Picture {
  /** µs. */
  readonly from: number
  readonly columns: number
  readonly rows: number
  readonly ansi: string
}

const line = ({ from, columns, rows, ansi }: Picture, until: number): string =>
  `${JSON.stringify({ seconds: Math.min(MOST_PAUSE, (until - from) / 1e6), columns, rows, ansi })}\n`
