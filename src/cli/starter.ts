import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { writeFileAtomic } from '../base/atomic-file.ts'

/** What a daemon in the background tells the `cocod start -d` that waits for it. */
export const StarterMessage = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('ready'),
    ssh: z.string(),
    web: z.string(),
    passwordFile: z.string().optional(),
  }),
  z.object({ kind: z.literal('failed'), text: z.string(), code: z.number() }),
])
export type StarterMessage = z.output<typeof StarterMessage>

/** The flag of a daemon that was started by `start -d`; `cocod restart` looks for it. */
export const DETACHED = 'detached'

/** Tells whoever started this process in the background; they may be gone, for they need not wait. */
export async function tellStarter(message: StarterMessage): Promise<void> {
  if (!process.connected) return
  await new Promise<void>((resolve) => {
    // It may have left a moment ago: that is no fault.
    process.send?.(message, undefined, undefined, () => resolve())
  })
  if (process.connected) process.disconnect()
}

/** Beside the lock, for tools that want a number in a file: `DATA_DIR/cocod.pid`, while the daemon runs. */
export async function writePidFile(dataDir: string): Promise<AsyncDisposable> {
  const file = join(dataDir, 'cocod.pid')
  await writeFileAtomic(file, `${process.pid}\n`)
  return { [Symbol.asyncDispose]: () => rm(file, { force: true }) }
}

/** The switches of `cocod start`; the last is no one's to type. */
export const START_SWITCHES = ['standalone', 'detach', DETACHED] as const
