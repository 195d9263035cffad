// What recordings take: size here and at core, conversion time, memory. Run: npx tsx bench/replay.ts [top|output|idle ...]
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { BlockPool } from '../src/audit/block-pool.ts'
import { FileRecording } from '../src/audit/recorder.ts'
import { SpoolSync } from '../src/audit/spool-sync.ts'
import { silentLog } from '../src/log.ts'
import { ManualClock } from '../test/fixtures/manual-clock.ts'
import { recorderOptions, sessionFacts } from '../test/fixtures/spool.ts'

const MB = 1_000_000
const HOUR = 3_600_000

type Streams = Readonly<
  Record<string, (clock: ManualClock, show: (text: string) => Promise<void>) => Promise<void>>
>

/** Screens of `top` every 3 s, of which a part changes; a gigabyte of a log; a prompt and a day of silence. */
const STREAMS: Streams = {
  top: async (clock, show) => {
    for (let at = 0; at < HOUR; at += 3_000) {
      const rows = Array.from({ length: 40 }, (_, n) => row(n, at)).join('\r\n')
      await show(
        `\x1b[H\x1b[Jtop - load average: ${(at % 977) / 100}\r\n\x1b[7m  PID USER      %CPU COMMAND\x1b[m\r\n${rows}`,
      )
      clock.advance(3_000)
    }
  },
  output: async (clock, show) => {
    const line = (n: number): string =>
      `2026-01-01T00:00:00Z host app[${n % 9973}]: request ${n} took ${(n * 7919) % 1000} ms\r\n`
    for (let bytes = 0, n = 0; bytes < 1000 * MB; ) {
      let text = ''
      while (text.length < 32_000) text += line(n++)
      bytes += text.length
      await show(text)
      clock.advance(1)
    }
  },
  idle: async (clock, show) => {
    await show('alice@web-01:~$ ')
    for (let hour = 0; hour < 24; hour += 1) clock.advance(HOUR)
    await show('logout\r\n')
  },
}

const row = (n: number, at: number): string =>
  `${1000 + n * 17} root      ${((n * 7919 + at) % 1000) / 10} process-${(n + Math.floor(at / 60_000)) % 60}`

async function measure(name: string, stream: Streams[string]): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'cocod-replay-'))
  try {
    const shown = await record(directory, stream)
    const source = join(directory, 'replay.log')
    const spool = (await stat(source)).size
    const { ms, peakMb, bytes } = convert(directory, source)
    console.log(
      `${name}: ${size(shown)} shown, ${size(spool)} here, ${size(bytes)} for core; converted in ${ms} ms, ${peakMb} MB of memory`,
    )
  } finally {
    await rm(directory, { recursive: true })
  }
}

async function record(directory: string, stream: Streams[string]): Promise<number> {
  const clock = new ManualClock()
  const sync = new SpoolSync({ mode: 'off', clock })
  const options = recorderOptions({ clock, log: silentLog(), pool: new BlockPool(), sync })
  const recording = await FileRecording.create(directory, sessionFacts(), options)
  await recording.known()
  let shown = 0
  let drained = (): void => {}
  recording.onDrain(() => drained())
  await stream?.(clock, async (text) => {
    const bytes = Buffer.from(text)
    shown += bytes.length
    if (recording.output(bytes)) return await setImmediate()
    await new Promise<void>((resolve) => {
      drained = resolve
    })
  })
  await recording.close({ reason: 'left', exit: { kind: 'none' }, at: clock.now() })
  return shown
}

/** In a process of its own, whose peak of memory is its alone; less what a bare process takes. */
function convert(directory: string, source: string): { ms: number; peakMb: number; bytes: number } {
  const target = join(directory, 'core.replay.gz')
  const module = fileURLToPath(new URL('../dist/audit/replay-conversion.js', import.meta.url))
  const script = join(directory, 'convert.mjs')
  writeFileSync(script, CONVERT)
  const words = [script, module, source, target]
  const [ms = 0, peakMb = 0, bytes = 0] = execFileSync(process.execPath, words)
    .toString()
    .trim()
    .split(' ')
    .map(Number)
  return { ms, peakMb, bytes }
}

const CONVERT = `
const [module, source, target] = process.argv.slice(2)
const { convertReplay } = await import(module)
const before = process.resourceUsage().maxRSS
const began = performance.now()
const bytes = await convertReplay({ source, target })
const ms = Math.round(performance.now() - began)
console.log([ms, Math.round((process.resourceUsage().maxRSS - before) / 1000), bytes].join(' '))
`

const size = (bytes: number): string =>
  bytes < 10 * MB ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / MB).toFixed(0)} MB`

const wanted = process.argv.slice(2)
for (const [name, stream] of Object.entries(STREAMS))
  if (wanted.length === 0 || wanted.includes(name)) await measure(name, stream)
