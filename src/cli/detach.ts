import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, openSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Settings } from '../config/settings.ts'
import { type CliIo, EXIT } from './io.ts'
import { askStatus, runningDaemon } from './running.ts'
import { DETACHED, StarterMessage } from './starter.ts'
import { programVersion } from './version.ts'

/** As EX_TEMPFAIL of sysexits(3): it runs, and waits for core. */
const STILL_WAITING = 75
const LOOK_EVERY_MS = 500
/** How long `start -d` waits for core before it leaves the daemon to it. */
export const START_SECONDS = 60

/** How a daemon is started; `args` are those of `cocod start`. */
export interface Launch {
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** LOG_FILE, or where the log of a daemon in the background goes without it. */
export const logFileOf = ({ LOG_FILE, DATA_DIR }: Settings): string => LOG_FILE ?? join(DATA_DIR, 'cocod.log')

/**
 * Starts the daemon in a session of its own and waits until it is ready, says why it is not, or `seconds` have passed.
 * Resolves with the exit code: 75 when it runs and still waits for core.
 */
export async function launch(
  { args, cwd, env }: Launch,
  io: CliIo,
  { settings, seconds }: { settings: Settings; seconds: number },
): Promise<number> {
  const holder = await runningDaemon(settings.DATA_DIR)
  if (holder) {
    io.stderr.write(
      `cocod: it runs already, as process ${holder.pid}, with the data in ${settings.DATA_DIR}\n       cocod status shows it; cocod restart starts it anew\n`,
    )
    return EXIT.failed
  }
  const log = openLog(logFileOf(settings))
  const script = process.argv[1] ?? 'cocod'
  const child = spawn(process.execPath, [...process.execArgv, script, 'start', ...args, `--${DETACHED}`], {
    detached: true,
    cwd,
    env,
    stdio: ['ignore', log, log, 'ipc'],
  })
  const over = new AbortController()
  try {
    const outcome = await Promise.race([
      heard(child),
      waitedFor(io, settings, seconds, over.signal).then(() => 'waiting' as const),
    ])
    return told(outcome, io, { pid: child.pid ?? 0, log: logFileOf(settings) })
  } finally {
    over.abort()
    if (child.connected) child.disconnect()
    child.unref()
  }
}

/** What a crash writes outside the log is to be found in the same file. */
function openLog(path: string): number {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  return openSync(path, 'a', 0o600)
}

type Outcome = StarterMessage | { readonly kind: 'ended'; readonly how: string }

function heard(child: ChildProcess): Promise<Outcome> {
  return new Promise((resolve) => {
    child.on('message', (message) => {
      const parsed = StarterMessage.safeParse(message)
      if (parsed.success) resolve(parsed.data)
    })
    child.once('error', (error) => resolve({ kind: 'ended', how: error.message }))
    child.once('exit', (code, signal) => resolve({ kind: 'ended', how: signal ?? `exit code ${code}` }))
  })
}

/** Says what the daemon waits for, each time that is another thing. The time counts from its first answer on. */
async function waitedFor(
  io: CliIo,
  { DATA_DIR }: Settings,
  seconds: number,
  signal: AbortSignal,
): Promise<void> {
  let until = Number.POSITIVE_INFINITY
  let said: string | undefined
  while (performance.now() < until && !signal.aborted) {
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => {})
    const status = signal.aborted ? undefined : await askStatus(DATA_DIR)
    if (status) until = Math.min(until, performance.now() + seconds * 1000)
    const waitingFor = status?.waitingFor
    if (!waitingFor || waitingFor === said || signal.aborted) continue
    io.stdout.write(`waiting for ${waitingFor}\n`)
    said = waitingFor
  }
}

function told(outcome: Outcome | 'waiting', io: CliIo, { pid, log }: { pid: number; log: string }): number {
  if (outcome === 'waiting') {
    io.stdout.write(
      `it runs as process ${pid} and goes on waiting; cocod status shows for what. Log: ${log}\n`,
    )
    return STILL_WAITING
  }
  switch (outcome.kind) {
    case 'ready': {
      const { ssh, web, passwordFile } = outcome
      const password = passwordFile === undefined ? '' : `, password of the demo in ${passwordFile}`
      io.stdout.write(
        `cocod ${programVersion()} runs as process ${pid}: ssh ${ssh}, web ${web}${password}\nLog: ${log}. cocod stop ends it.\n`,
      )
      return EXIT.ok
    }
    case 'failed':
      io.stderr.write(outcome.text)
      return outcome.code
    case 'ended':
      io.stderr.write(
        `cocod: the daemon ended before it was ready (${outcome.how})\n       look into ${log}\n`,
      )
      return EXIT.failed
  }
}
