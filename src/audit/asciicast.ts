import { TextDecoder } from 'node:util'
import { decodeMark } from './command-mark.ts'
import { seconds } from './core-replay.ts'
import { decodeSize, FRAME, type Frame } from './frames.ts'
import type { ReplayHead } from './replay-file.ts'
import { decodeEvent } from './session-event.ts'

/** asciicast v2 (docs.asciinema.org/manual/asciicast/v2): a header line, then one event a line. Constant memory. */
export async function* asciicast(head: ReplayHead, frames: AsyncIterable<Frame>): AsyncGenerator<string> {
  const { columns: width, rows: height, startedAt, term } = head
  const env = term === undefined ? {} : { env: { TERM: term } }
  yield `${JSON.stringify({ version: 2, width, height, timestamp: Math.floor(startedAt / 1000), ...env })}\n`
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  let last = 0
  for await (const frame of frames) {
    last = frame.time
    const event = eventOf(frame, decoder)
    if (event) yield line(frame.time, event)
  }
  const rest = decoder.decode()
  if (rest !== '') yield line(last, ['o', rest])
}

type Event = readonly ['o' | 'r' | 'm', string]

const line = (time: number, [code, data]: Event): string =>
  `[${seconds(time)}, "${code}", ${JSON.stringify(data)}]\n`

function eventOf({ kind, payload }: Frame, decoder: TextDecoder): Event | undefined {
  if (kind === FRAME.output) {
    const text = decoder.decode(payload, { stream: true })
    return text === '' ? undefined : ['o', text]
  }
  if (kind === FRAME.resize) {
    const size = decodeSize(payload)
    return size && ['r', `${size.columns}x${size.rows}`]
  }
  if (kind === FRAME.event) {
    const event = decodeEvent(payload)
    return event && ['m', [event.kind, event.by].filter(Boolean).join(' ')]
  }
  const mark = kind === FRAME.mark ? decodeMark(payload) : undefined
  return mark && ['m', `command ${mark.command}`]
}
