import { appendFileSync, closeSync, openSync } from 'node:fs'
import { reasonOf } from '../base/fault.ts'

/**
 * A file that lines are added to as they come, opened anew when it was moved away (logrotate). Lines are written before
 * `write` returns, so that a crash loses none. A full disk loses lines of the log, not the daemon.
 */
export class LogFile implements Disposable {
  readonly #path: string
  readonly #onLost: (reason: string) => void
  #descriptor: number
  #losing = false

  /** `onLost` hears once of each time that lines begin to be lost. Throws when the file cannot be opened. */
  constructor(path: string, onLost: (reason: string) => void) {
    this.#path = path
    this.#onLost = onLost
    this.#descriptor = openSync(path, 'a', 0o600)
  }

  write(line: string): void {
    try {
      appendFileSync(this.#descriptor, line)
      this.#losing = false
    } catch (error) {
      if (!this.#losing) this.#onLost(`${this.#path}: ${reasonOf(error)}`)
      this.#losing = true
    }
  }

  /** Goes on in a file of the same name; throws, and goes on in the old one, when that cannot be made. */
  reopen(): void {
    const next = openSync(this.#path, 'a', 0o600)
    closeSync(this.#descriptor)
    this.#descriptor = next
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor)
  }
}
