import serialize from '@xterm/addon-serialize'
import unicode11 from '@xterm/addon-unicode11'
import headless from '@xterm/headless'
import { AlternateScreen } from '../terminal/alternate-screen.ts'
import type { Size } from '../terminal/terminal.ts'
import { decodeSize, FRAME } from './frames.ts'
import { ReplayFile } from './replay-file.ts'

/** What was on the screen at one place of a replay. */
export interface Picture {
  readonly size: Size
  /** Bytes that draw it on a terminal of that size: text, colours, cursor and modes. */
  readonly bytes: Buffer
}

/** Bytes of output before the place that are drawn again; what was before them has scrolled away. */
const DRAWN = 2 * 1024 * 1024
const SCROLLBACK = 1000

type Emulator = InstanceType<typeof headless.Terminal>

/**
 * The screen after the first `outputBytes` bytes of output (no more than there are). Reads the file once, in constant memory; of a long output
 * only the last two megabytes go through the emulator. Throws what `ReplayFile` throws.
 */
export async function pictureAt(path: string, outputBytes: number): Promise<Picture> {
  const file = new ReplayFile(path)
  const head = await file.head()
  let size: Size = { columns: head?.columns ?? 80, rows: head?.rows ?? 24 }
  const from = Math.max(0, outputBytes - DRAWN)
  const before = new AlternateScreen()
  let emulator: Emulator | undefined
  let seen = 0
  for await (const { kind, payload } of file.frames()) {
    if (kind === FRAME.resize) {
      size = decodeSize(payload) ?? size
      emulator?.resize(size.columns, size.rows)
    }
    if (kind !== FRAME.output) continue
    const bytes = payload.subarray(0, outputBytes - seen)
    seen += bytes.length
    if (seen <= from) before.feed(bytes)
    else {
      emulator ??= emulatorOf(size, before.on)
      await written(emulator, bytes)
    }
    if (seen >= outputBytes) break
  }
  return { size, bytes: drawn(emulator) }
}

/** The screen at a time, in µs since the start. Reads the file twice. */
export async function pictureAtTime(path: string, time: number): Promise<Picture> {
  let outputBytes = 0
  for await (const frame of new ReplayFile(path).frames()) {
    if (frame.time > time) break
    if (frame.kind === FRAME.output) outputBytes += frame.payload.length
  }
  return await pictureAt(path, outputBytes)
}

function emulatorOf({ columns, rows }: Size, alternate: boolean): Emulator {
  const emulator = new headless.Terminal({
    cols: columns,
    rows,
    scrollback: SCROLLBACK,
    allowProposedApi: true,
    logLevel: 'off',
  })
  emulator.loadAddon(new unicode11.Unicode11Addon())
  emulator.unicode.activeVersion = '11'
  if (alternate) emulator.write('\x1b[?1049h')
  return emulator
}

const written = (emulator: Emulator, bytes: Buffer): Promise<void> =>
  new Promise((resolve) => emulator.write(bytes, resolve))

function drawn(emulator: Emulator | undefined): Buffer {
  if (!emulator) return Buffer.alloc(0)
  const addon = new serialize.SerializeAddon()
  emulator.loadAddon(addon)
  const text = addon.serialize({ scrollback: SCROLLBACK })
  emulator.dispose()
  return Buffer.from(text)
}
