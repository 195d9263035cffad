import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { Fault } from '../base/fault.ts'
import type { Secret } from '../base/secret.ts'

// 128 MiB and about a third of a second each.
const LOG_N = 17
const COST = { N: 2 ** LOG_N, r: 8, p: 1, maxmem: 160 * 1024 * 1024 }
const PREFIX = `$scrypt$ln=${LOG_N},r=8,p=1$`
const SALT_BYTES = 16
const HASH_BYTES = 32

/** The form of a stored hash: a PHC string, scrypt with N=2^17, r=8, p=1, 16 bytes of salt and 32 of hash. */
export const PASSWORD_HASH = /^\$scrypt\$ln=17,r=8,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/

/** More are waiting for a password check than can be served: the caller answers "try later". */
export class PasswordsBusy extends Fault<'PASSWORDS_BUSY'> {
  override readonly name = 'PasswordsBusy'
}

/**
 * Hashes and checks passwords off the main thread. All hashes cost the same, and an unknown user costs a hash too, so
 * that time does not tell who exists (docs/architecture.md, "logging in").
 */
export class Passwords {
  readonly #most: number
  readonly #waiting: Array<() => void> = []
  readonly #mostWaiting: number
  #running = 0

  /** At most four at once, and fewer where the pool of file operations would have no thread left. */
  constructor({ most = Math.min(2, availableParallelism()), mostWaiting = 64 } = {}) {
    this.#most = Math.min(4, most)
    this.#mostWaiting = mostWaiting
  }

  /** A PHC string for the password, with a new salt. */
  async hash(password: Secret): Promise<string> {
    const salt = randomBytes(SALT_BYTES)
    const hash = await this.#derive(password, salt)
    return `${PREFIX}${bare(salt)}$${bare(hash)}`
  }

  /** Does the password fit? Without a hash (unknown user, none set) the answer is no, after the same time. */
  async verify(password: Secret, stored: string | undefined): Promise<boolean> {
    const known = stored !== undefined && PASSWORD_HASH.test(stored)
    const [salt = '', hash = ''] = known ? stored.slice(PREFIX.length).split('$') : []
    const expected = known ? Buffer.from(hash, 'base64') : Buffer.alloc(HASH_BYTES)
    const derived = await this.#derive(
      password,
      known ? Buffer.from(salt, 'base64') : Buffer.alloc(SALT_BYTES),
    )
    return timingSafeEqual(derived, expected) && known
  }

  async #derive(password: Secret, salt: Buffer): Promise<Buffer> {
    await this.#enter()
    try {
      return await new Promise<Buffer>((resolve, reject) => {
        scrypt(password.reveal().normalize('NFC'), salt, HASH_BYTES, COST, (fault, key) =>
          fault ? reject(fault) : resolve(key),
        )
      })
    } finally {
      this.#leave()
    }
  }

  #enter(): Promise<void> {
    if (this.#running < this.#most) {
      this.#running += 1
      return Promise.resolve()
    }
    if (this.#waiting.length >= this.#mostWaiting) {
      return Promise.reject(
        new PasswordsBusy('PASSWORDS_BUSY', {
          step: 'check password',
          message: `${this.#waiting.length} password checks are waiting already`,
          next: 'Find out who is trying passwords; nothing needs to be mended here.',
        }),
      )
    }
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  #leave(): void {
    const next = this.#waiting.shift()
    // The place is handed over, not given back: a newcomer cannot take it in between.
    if (next) next()
    else this.#running -= 1
  }
}

/** Base64 without padding, as PHC strings have it. */
const bare = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '')
