import { readFile, rm } from 'node:fs/promises'
import Database from 'libsql'
import { z } from 'zod'
import { writeFileAtomic } from './atomic-file.ts'
import { Fault, reasonOf } from './fault.ts'
import { systemCode } from './system-error.ts'

const Holder = z.object({
  pid: z.number().int().positive(),
  /** Clock ticks since boot at which the process began (proc(5), stat field 22): a pid alone is soon another's. */
  started: z.string().optional(),
})
export type Holder = z.output<typeof Holder>

export class LockError extends Fault<'LOCKED'> {
  override readonly name = 'LockError'
}

/**
 * Takes an exclusive lock that no process outlives: the kernel gives it back, also after a `kill -9`, and it holds
 * between containers that share a volume. Node has no fcntl(2) of its own, so an empty SQLite file stands for it.
 * Beside it `<path>.pid` tells who holds it.
 *
 * @throws LockError naming the holder's pid, or why the file cannot be locked.
 */
export async function takeLock(path: string): Promise<AsyncDisposable> {
  const database = new Database(path)
  try {
    database.exec('BEGIN EXCLUSIVE')
  } catch (cause) {
    database.close()
    throw systemCode(cause) === 'SQLITE_BUSY'
      ? held(path, await readHolder(path), cause)
      : unusable(path, cause)
  }
  const holder = { pid: process.pid, started: await startTime(process.pid) }
  await writeFileAtomic(pidFile(path), JSON.stringify(holder))
  return {
    [Symbol.asyncDispose]: async () => {
      await rm(pidFile(path), { force: true })
      database.close()
    },
  }
}

/** Who took the lock last and did not give it back, dead or alive; undefined when nobody did. */
export async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    return Holder.parse(JSON.parse(await readFile(pidFile(path), 'utf8')))
  } catch {
    return undefined
  }
}

/** Is it still the process that took the lock? */
export async function isAlive({ pid, started }: Holder): Promise<boolean> {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (systemCode(error) === 'ESRCH') return false
  }
  const now = await startTime(pid)
  return started === undefined || now === undefined || now === started
}

const pidFile = (path: string): string => `${path}.pid`

const held = (path: string, holder: Holder | undefined, cause: unknown): LockError =>
  new LockError('LOCKED', {
    step: 'lock the data directory',
    message: `${path} is held by process ${holder?.pid ?? 'unknown'}: another cocod uses this data directory`,
    next: 'stop it (cocod stop), or give this one a DATA_DIR of its own',
    facts: { pid: holder?.pid ?? 0 },
    cause,
  })

const unusable = (path: string, cause: unknown): LockError =>
  new LockError('LOCKED', {
    step: 'lock the data directory',
    message: `${path} cannot be locked: ${reasonOf(cause)}`,
    next: 'make the disk of DATA_DIR writable and give it some room',
    cause,
  })

async function startTime(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    // The name in parentheses may hold blanks and parentheses; the fields after it are counted from the third.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}
