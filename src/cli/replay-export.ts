import { once } from 'node:events'
import { join } from 'node:path'
import { asciicast } from '../audit/asciicast.ts'
import { damaged } from '../audit/audit-error.ts'
import { coreReplay } from '../audit/core-replay.ts'
import { ReplayFile } from '../audit/replay-file.ts'
import type { SpooledSession } from '../audit/spool.ts'
import { type CliIo, EXIT } from './io.ts'
import { UsageError } from './options.ts'

/** Writes a recording to stdout: `asciicast` (v2, the default) or `core`, Jumpserver's JSON. */
export async function exportReplay(
  { directory }: SpooledSession,
  format: string | undefined,
  io: CliIo,
): Promise<number> {
  const file = new ReplayFile(join(directory, 'replay.log'))
  for await (const text of await textOf(file, format ?? 'asciicast')) {
    if (!io.stdout.write(text)) await once(io.stdout, 'drain')
  }
  return EXIT.ok
}

async function textOf(file: ReplayFile, format: string): Promise<AsyncIterable<string>> {
  if (format === 'core') return coreReplay(file.frames())
  if (format !== 'asciicast')
    throw new UsageError(`there is no replay format “${format}”`, 'asciicast or core')
  const head = await file.head()
  if (!head) throw damaged(file.path, 'it is empty')
  return asciicast(head, file.frames())
}
