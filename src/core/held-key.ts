import type { Secret } from '../base/secret.ts'
import type { FoundKey } from './access-key.ts'
import type { AccessKey } from './sign.ts'

/** The access key in force. Whoever signs holds this one object, so that a new registration reaches all of them. */
export class HeldKey implements AccessKey {
  #found: FoundKey

  constructor(found: FoundKey) {
    this.#found = found
  }

  get id(): string {
    return this.#found.key.id
  }

  get secret(): Secret {
    return this.#found.key.secret
  }

  /** The file it came from, or `ACCESS_KEY`. */
  get source(): string {
    return this.#found.source
  }

  get found(): FoundKey {
    return this.#found
  }

  replace(found: FoundKey): void {
    this.#found = found
  }
}
