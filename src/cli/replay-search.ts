import { once } from 'node:events'
import { join } from 'node:path'
import { shortId } from '../audit/catalogue.ts'
import { ReplayFile } from '../audit/replay-file.ts'
import { type ReplayLine, replayLines } from '../audit/replay-lines.ts'
import type { SpooledSession } from '../audit/spool.ts'
import { blankControls } from '../base/escape.ts'
import { reasonOf } from '../base/fault.ts'
import { minuteOf } from './columns.ts'
import { type CliIo, EXIT } from './io.ts'
import { UsageError } from './options.ts'

export interface SearchRequest {
  readonly sessions: AsyncIterable<SpooledSession> | Iterable<SpooledSession>
  /** What lines are to hold. */
  readonly text: string
  readonly regex: boolean
  /** JSON objects, a line each. */
  readonly json: boolean
}

/**
 * Looks for text in what was on the screens, newest session first, and says where it is to the second: what
 * `replay play ID --at` takes. Exit code 1 when there is none, as grep(1) has it.
 */
export async function searchReplays(request: SearchRequest, io: CliIo): Promise<number> {
  const fits = matcher(request)
  let found = 0
  for await (const session of request.sessions) {
    try {
      for await (const line of linesOf(session)) {
        if (!fits(line.text)) continue
        found += 1
        await write(io, request.json ? asJson(session, line) : asText(session, line))
      }
    } catch (error) {
      io.stderr.write(`${shortId(session.id)}  cannot be read: ${blankControls(reasonOf(error))}\n`)
    }
  }
  return found > 0 ? EXIT.ok : EXIT.failed
}

async function* linesOf({ directory }: SpooledSession): AsyncGenerator<Found> {
  const file = new ReplayFile(join(directory, 'replay.log'))
  const head = await file.head()
  if (!head) return
  for await (const line of replayLines(head, file.frames())) yield { ...line, startedAt: head.startedAt }
}

interface Found extends ReplayLine {
  readonly startedAt: number
}

/** Upper and lower case are alike, unless the text has an upper-case letter itself. */
function matcher({ text, regex }: SearchRequest): (line: string) => boolean {
  const exact = text.toLowerCase() !== text
  if (regex) {
    try {
      const pattern = new RegExp(text, exact ? 'u' : 'iu')
      return (line) => pattern.test(line)
    } catch (error) {
      throw new UsageError(`this is no regular expression: ${reasonOf(error)}`)
    }
  }
  return exact ? (line) => line.includes(text) : (line) => line.toLowerCase().includes(text)
}

const asText = ({ id }: SpooledSession, { startedAt, time, text, fullScreen }: Found): string =>
  `${shortId(id)}  ${minuteOf(startedAt)}  --at ${secondOf(time)}  ${blankControls(text)}${fullScreen ? '  (full screen)' : ''}\n`

const asJson = ({ id }: SpooledSession, { startedAt, time, text, fullScreen }: Found): string =>
  `${JSON.stringify({ session: id, startedAt, seconds: time / 1e6, text, fullScreen })}\n`

/** A moment before the line is there, so that whoever plays it sees it come. */
const secondOf = (time: number): number => Math.max(0, Math.floor(time / 1e6) - 1)

async function write({ stdout }: CliIo, text: string): Promise<void> {
  if (!stdout.write(text)) await once(stdout, 'drain')
}
