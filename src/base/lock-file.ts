import { randomBytes } from 'node:crypto'
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { Fault } from './fault.ts'

const Holder = z.object({
  pid: z.number().int().positive(),
  /** Clock ticks since boot at which the process began (proc(5), stat field 22): a pid alone is soon another's. */
  started: z.string().optional(),
})
export type Holder = z.output<typeof Holder>

export class LockError extends Fault<'LOCKED'> {
  override readonly name = 'LockError'
}

export interface LockOptions {
  readonly path: string
  /** A second opinion on a holder that looks dead: one in another pid namespace may still answer. */
  readonly answers?: () => Promise<boolean>
}

/**
 * Takes an exclusive lock that outlives no process: a file with the holder's pid and start time. A file left behind
 * by a dead process is taken over; that of a living one is a LockError naming its pid.
 */
export async function takeLock({ path, answers }: LockOptions): Promise<AsyncDisposable> {
  const own = `${path}.${process.pid}-${randomBytes(4).toString('hex')}`
  const started = await startTime(process.pid)
  await writeFile(own, JSON.stringify({ pid: process.pid, started }), { mode: 0o600, flag: 'wx' })
  try {
    for (let tries = 0; tries < 10; tries++) {
      if (await linked(own, path)) return release(path)
      const holder = await readHolder(path)
      if (holder && ((await isAlive(holder)) || (await answers?.()))) throw held(path, holder)
      await setAside(path, holder)
    }
    throw held(path, await readHolder(path))
  } finally {
    await rm(own, { force: true })
  }
}

/** Who holds the lock, dead or alive; undefined when nobody does or the file cannot be understood. */
export async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    return Holder.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch {
    return undefined
  }
}

/** Is it still the process that took the lock? */
export async function isAlive({ pid, started }: Holder): Promise<boolean> {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false
  }
  const now = await startTime(pid)
  return started === undefined || now === undefined || now === started
}

const release = (path: string): AsyncDisposable => ({
  [Symbol.asyncDispose]: () => rm(path, { force: true }),
})

const held = (path: string, holder: Holder | undefined): LockError =>
  new LockError('LOCKED', {
    step: 'lock the data directory',
    message: `${path} is held by process ${holder?.pid ?? 'unknown'}: another cocod uses this data directory`,
    next: 'stop it (cocod stop), or give this one a DATA_DIR of its own',
    facts: { pid: holder?.pid ?? 0 },
  })

async function linked(own: string, path: string): Promise<boolean> {
  try {
    await link(own, path)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

/** Moves a dead holder's file away; if another process replaced it meanwhile, that one gets its file back. */
async function setAside(path: string, dead: Holder | undefined): Promise<void> {
  const aside = `${path}.stale-${randomBytes(4).toString('hex')}`
  try {
    await rename(path, aside)
  } catch {
    return // somebody else was faster; the next try sees what they made of it
  }
  const moved = await readHolder(aside)
  if (JSON.stringify(moved) !== JSON.stringify(dead)) await linked(aside, path)
  await rm(aside, { force: true })
}

async function startTime(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    // The name in parentheses may hold blanks and parentheses; the fields after it are counted from the third.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}
