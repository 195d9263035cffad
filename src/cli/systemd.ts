import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Log } from '../log.ts'

/** Messages that wait for the one before; the watchdog's come so seldom that more are a fault. */
const MOST_WAITING = 10

export interface SystemdParts {
  /** `process.env`: NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID of sd_notify(3) and sd_watchdog_enabled(3). */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly pid: number
  readonly log: Log
}

/**
 * Tells systemd how the service is. Node has no datagram sockets of that family, so systemd-notify(1) carries each
 * message; the unit needs NotifyAccess=all. Says nothing where nobody listens.
 */
export class Systemd implements AsyncDisposable {
  readonly #parts: SystemdParts
  readonly #socket: string | undefined
  #watchdog: NodeJS.Timeout | undefined
  #last: Promise<void> = Promise.resolve()
  #waiting = 0
  #failed = false

  constructor(parts: SystemdParts) {
    this.#parts = parts
    this.#socket = parts.env['NOTIFY_SOCKET'] || undefined
    const { WATCHDOG_USEC: period, WATCHDOG_PID: of } = parts.env
    const mine = of === undefined || of === String(parts.pid)
    // Half of the time that systemd waits, as sd_watchdog_enabled(3) wants it.
    if (this.#socket && mine && Number(period) > 0)
      this.#watchdog = setInterval(() => this.#say('WATCHDOG=1'), Number(period) / 2000)
  }

  /** People can log in. */
  ready(text: string): void {
    this.#say('--ready', `--status=${text}`)
  }

  /** What it waits for, as `systemctl status` shows it. */
  status(text: string): void {
    this.#say(`--status=${text}`)
  }

  stopping(): void {
    this.#say('STOPPING=1', '--status=ending sessions')
  }

  /** The last message is out. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#watchdog)
    await this.#last
  }

  #say(...message: readonly string[]): void {
    if (!this.#socket || this.#waiting >= MOST_WAITING) return
    this.#waiting += 1
    this.#last = this.#last.then(async () => {
      await this.#send(message)
      this.#waiting -= 1
    })
  }

  async #send(message: readonly string[]): Promise<void> {
    const { env, log } = this.#parts
    // Nothing else of the environment: there are secrets in it.
    const own = { PATH: env['PATH'], NOTIFY_SOCKET: this.#socket }
    const child = spawn('systemd-notify', message, { env: own, stdio: 'ignore' })
    try {
      const code = await once(child, 'close').then(([status]: unknown[]) => status)
      if (code === 0) return
      throw new Error(`systemd-notify ended with ${String(code)}`)
    } catch (err) {
      if (!this.#failed) log.warn({ err }, 'systemd cannot be told how the service is')
      this.#failed = true
    }
  }
}
