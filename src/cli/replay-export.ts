import { once } from 'node:events'
import { join } from 'node:path'
import { asciicast } from '../audit/asciicast.ts'
import { damaged } from '../audit/audit-error.ts'
import { shortId, summarise } from '../audit/catalogue.ts'
import { readCommands } from '../audit/command-log.ts'
import { coreReplay } from '../audit/core-replay.ts'
import { ReplayFile, type ReplayHead } from '../audit/replay-file.ts'
import { pictures } from '../audit/replay-frames.ts'
import { htmlPage } from '../audit/replay-html.ts'
import { jsonLines, plainText } from '../audit/replay-text.ts'
import type { SpooledSession } from '../audit/spool.ts'
import { minuteOf } from './columns.ts'
import { type CliIo, EXIT } from './io.ts'
import { UsageError } from './options.ts'

interface Exported {
  readonly session: SpooledSession
  readonly file: ReplayFile
  readonly head: ReplayHead
}

const FORMATS: Readonly<
  Record<string, (exported: Exported) => AsyncIterable<string> | Promise<AsyncIterable<string>>>
> = {
  asciicast: ({ file, head }) => asciicast(head, file.frames()),
  core: ({ file }) => coreReplay(file.frames()),
  json: ({ file, head }) => jsonLines(head, file.frames()),
  txt: ({ file, head }) => plainText(head, file.frames()),
  html: async ({ session, file, head }) => htmlPage(head, file.frames(), await titleOf(session)),
  'gif-frames': ({ file, head }) => pictures(head, file.frames()),
}

/**
 * Writes a recording to stdout: `asciicast` (v2, the default), `core` (Jumpserver's JSON), `json` (every frame, a line
 * each), `txt` (what was to read), `html` (one page with a player) or `gif-frames` (pictures as JSON lines).
 */
export async function exportReplay(
  session: SpooledSession,
  format: string | undefined,
  io: CliIo,
): Promise<number> {
  const name = format ?? 'asciicast'
  const make = Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined
  if (!make)
    throw new UsageError(`there is no replay format “${name}”`, `one of ${Object.keys(FORMATS).join(', ')}`)
  const file = new ReplayFile(join(session.directory, 'replay.log'))
  const head = await file.head()
  if (!head) throw damaged(file.path, 'it is empty')
  for await (const text of await make({ session, file, head })) {
    if (!io.stdout.write(text)) await once(io.stdout, 'drain')
  }
  return EXIT.ok
}

async function titleOf(session: SpooledSession) {
  const { state } = await summarise(session)
  const { user, systemUser, asset, dateStart } = state.record
  const commands = []
  for await (const { command } of readCommands(join(session.directory, 'commands.ndjson'))) {
    commands.push({ seconds: (command.at - dateStart) / 1000, input: command.input })
  }
  return {
    title: `${shortId(session.id)}  ${user} on ${systemUser}@${asset}, ${minuteOf(dateStart)}`,
    commands,
  }
}
