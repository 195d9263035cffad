import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Identity } from './visitor.ts'

/** The proof that a request was made by our own page: a value only it can read, bound to one login of one browser. */
export class Csrf {
  readonly #key = randomBytes(32)

  tokenFor({ loginKey }: Identity): string {
    return createHmac('sha256', this.#key).update(loginKey).digest('base64url')
  }

  isRight(identity: Identity, token: string | undefined): boolean {
    const right = Buffer.from(this.tokenFor(identity))
    const given = Buffer.from(token ?? '')
    return right.length === given.length && timingSafeEqual(right, given)
  }
}
