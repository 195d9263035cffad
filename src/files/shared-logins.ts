import type { Principal } from '../session/principal.ts'

/** Something that the channels of one login share, until it is given back. */
export interface Share<T> extends Disposable {
  readonly login: T
}

/**
 * What belongs to a login, for as long as one of its channels is there. A login is its id *and* its user: whatever may
 * happen to ids, nobody is given the connections of somebody else.
 */
export class SharedLogins<T> {
  readonly #make: (principal: Principal) => T
  readonly #logins = new Map<string, { readonly login: T; channels: number }>()

  constructor(make: (principal: Principal) => T) {
    this.#make = make
  }

  share(principal: Principal): Share<T> {
    const key = JSON.stringify([principal.user.id, principal.loginId])
    const shared = this.#logins.get(key) ?? { login: this.#make(principal), channels: 0 }
    this.#logins.set(key, shared)
    shared.channels += 1
    return {
      login: shared.login,
      [Symbol.dispose]: () => {
        shared.channels -= 1
        if (shared.channels === 0) this.#logins.delete(key)
      },
    }
  }
}
