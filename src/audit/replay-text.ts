import { TextDecoder } from 'node:util'
import { decodeMark } from './command-mark.ts'
import { decodeSize, FRAME, type Frame } from './frames.ts'
import { decodeEnd } from './replay-end.ts'
import type { ReplayHead } from './replay-file.ts'
import { replayLines } from './replay-lines.ts'
import { decodeEvent } from './session-event.ts'

/** What was on the screen as plain text, a line each. Full-screen programs are named, not drawn. */
export async function* plainText(head: ReplayHead, frames: AsyncIterable<Frame>): AsyncGenerator<string> {
  let fullScreen = false
  for await (const line of replayLines(head, frames)) {
    if (!line.fullScreen) yield `${line.text}\n`
    else if (!fullScreen) yield '[a full-screen program]\n'
    fullScreen = line.fullScreen
  }
}

/**
 * Every frame as a JSON object a line: the head first, then `{seconds, kind, ...}`. Output is `text` where it is
 * UTF-8, else `base64`, so that nothing is lost.
 */
export async function* jsonLines(head: ReplayHead, frames: AsyncIterable<Frame>): AsyncGenerator<string> {
  yield `${JSON.stringify({ kind: 'head', ...head })}\n`
  for await (const frame of frames) {
    const facts = factsOf(frame)
    if (facts) yield `${JSON.stringify({ seconds: frame.time / 1e6, ...facts })}\n`
  }
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function factsOf({ kind, payload }: Frame): Record<string, unknown> | undefined {
  switch (kind) {
    case FRAME.output:
      return { kind: 'output', ...contentOf(payload) }
    case FRAME.resize:
      return { kind: 'resize', ...decodeSize(payload) }
    case FRAME.mark:
      return { kind: 'command', number: decodeMark(payload)?.command }
    case FRAME.event:
      return { kind: 'event', event: decodeEvent(payload) }
    case FRAME.end:
      return { kind: 'end', ...decodeEnd(payload) }
    case FRAME.head:
    case FRAME.hash:
      return undefined
  }
}

function contentOf(payload: Buffer): { text: string } | { base64: string } {
  try {
    return { text: strict.decode(payload) }
  } catch {
    return { base64: payload.toString('base64') }
  }
}
