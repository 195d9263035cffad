import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import { FORMATS } from '../audit/formats.ts'
import { Fault } from '../base/fault.ts'

/** The format of the archive itself. */
export const BACKUP_VERSION = 1

/** The first member of a backup: a tar file, packed by gzip, with `data/`, `keys/` and `databases/` (SQLite, whole). */
export const MANIFEST = 'cocod-backup.json'

export const Manifest = z.object({
  format: z.literal('cocod-backup'),
  version: z.number().int(),
  /** Of the program that made it. */
  program: z.string(),
  at: z.string(),
  /** Of the files in it. */
  formats: z.record(z.string(), z.number().int()),
})
export type Manifest = z.output<typeof Manifest>

export class BackupError extends Fault<'BACKUP'> {
  override readonly name = 'BackupError'

  constructor(message: string, next: string, cause?: unknown) {
    super('BACKUP', { step: 'back up or restore', message, next, cause })
  }
}

/** Throws BackupError for what a newer program made. */
export function checkManifest(file: string, { version, formats, program }: Manifest): void {
  const newer = Object.entries(formats).find(([name, format]) => format > (FORMATS[name] ?? 0))
  if (version <= BACKUP_VERSION && !newer) return
  const what = newer ? `its ${newer[0]} files have format ${newer[1]}` : `it has format ${version}`
  throw new BackupError(
    `${file} is of cocod ${program}: ${what}, which is newer than this one reads`,
    `use cocod ${program}`,
  )
}

/** Runs tar(1) to its end; `may`: exit codes that are no failure. Resolves with its standard output. Throws BackupError. */
export async function tar(args: readonly string[], may: readonly number[] = [0]): Promise<string> {
  const child = spawn('tar', args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const closed = once(child, 'close').then(([code]: unknown[]) => code)
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), closed]).catch(
    (cause: unknown) => {
      throw new BackupError('tar cannot be run', 'install tar', cause)
    },
  )
  if (typeof code === 'number' && may.includes(code)) return out
  throw new BackupError(
    `tar failed: ${err.trim().split('\n').at(-1) ?? `exit code ${code}`}`,
    'look at the disk and the file',
  )
}
