import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomic } from '../base/atomic-file.ts'
import { systemClock } from '../base/clock.ts'
import { reasonOf } from '../base/fault.ts'
import type { Settings } from '../config/settings.ts'
import type { Address, Daemon } from '../daemon.ts'
import type { Log } from '../log.ts'
import { greeting } from './greeting.ts'
import type { CliIo } from './io.ts'
import { styleOf, type TerminalLog } from './terminal-log.ts'

/** What is known before the daemon is. */
export interface StartFacts {
  readonly settings: Settings
  readonly standalone: boolean
  readonly version: string
  /** What to type to run this program again, and the flags by which it finds the same files. */
  readonly program: string
  readonly places: string
  /** Undefined where stdout is no terminal. */
  readonly screen: TerminalLog | undefined
  readonly log: Log
  /** Monotonic time at which the command began. */
  readonly began: number
}

/** Where a daemon that is ready listens; the file of the demo's password where it is on no screen. */
export interface ReadyFacts {
  readonly ssh: string
  readonly web: string
  readonly passwordFile?: string
}

const SILENCE_MS = 500

/** On a terminal says what goes on, unless that is over within half a second. Disposed when it is. */
export function sayStarting(io: CliIo, { screen, standalone, settings, program }: StartFacts): Disposable {
  const say = (text: string): void => void (screen && io.stdout.write(`${text}\n`))
  if (standalone) return systemClock.after(SILENCE_MS, () => say('Starting ...'))
  const waiting = `Connecting to the Jumpserver at ${settings.CORE_HOST} (CORE_HOST).`
  return systemClock.after(0, () => say(`${waiting}\nWithout a Jumpserver: ${program} start --standalone`))
}

/** The first screen on a terminal; one line of facts elsewhere, and the demo's password in a file of its own. */
export async function announce(io: CliIo, daemon: Daemon, facts: StartFacts): Promise<ReadyFacts> {
  const { ssh, web, hostKeys, demo } = daemon
  const { screen, log, settings, standalone, version, program, places, began } = facts
  if (screen) {
    const core = standalone ? undefined : settings.CORE_HOST
    const recordings = `${program} replay list${places}`
    const seconds = (systemClock.monotonic() - began) / 1000
    const style = styleOf(io.env)
    io.stdout.write(greeting({ version, core, ssh, web, demo, hostKeys, recordings, seconds, style }))
    screen.speak()
    return { ssh: address(ssh), web: address(web) }
  }
  const passwordFile = demo && (await keepPassword(settings.DATA_DIR, demo.password.reveal()))
  log.info(
    { ssh: address(ssh), web: address(web), hostKeys, ...(demo && { user: demo.user, passwordFile }) },
    'ready',
  )
  return { ssh: address(ssh), web: address(web), ...(passwordFile && { passwordFile }) }
}

async function keepPassword(dataDir: string, password: string): Promise<string> {
  const file = join(dataDir, 'demo-password')
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 })
    await writeFileAtomic(file, `${password}\n`)
    return file
  } catch (error) {
    return `could not be written: ${reasonOf(error)}`
  }
}

const address = ({ host, port }: Address): string => `${host}:${port}`
