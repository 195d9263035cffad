import { LRUCache } from 'lru-cache'
import type { CoreLogin } from '../auth/login.ts'
import type { AuthAnswer, User } from '../core/model.ts'
import { stableId } from '../standalone/inventory.ts'

const MOST = 10_000

/** Who is called what: core tells a bastion no user by name, but everybody who logs in. */
export class KnownPeople {
  readonly #users = new LRUCache<string, User>({ max: MOST })
  readonly #standalone: boolean
  #accepted = 0
  #refused = 0

  constructor(standalone: boolean) {
    this.#standalone = standalone
  }

  /** The same core, its accepted logins remembered. */
  watching(core: CoreLogin): CoreLogin {
    const note = (answer: AuthAnswer): AuthAnswer => {
      if (answer.kind === 'accepted') {
        this.#users.set(answer.user.username, answer.user)
        this.#accepted += 1
      }
      if (answer.kind === 'refused') this.#refused += 1
      return answer
    }
    return {
      get settings() {
        return core.settings
      },
      authenticate: async (...args) => note(await core.authenticate(...args)),
      authenticateOtp: async (...args) => note(await core.authenticateOtp(...args)),
    }
  }

  /** By SSH, since the start. */
  get logins(): { readonly accepted: number; readonly refused: number } {
    return { accepted: this.#accepted, refused: this.#refused }
  }

  /** Undefined: nobody of that name has logged in since the start. In an inventory everybody is known. */
  find(username: string): User | undefined {
    const own = this.#standalone ? { id: stableId('user', username), username, name: username } : undefined
    return this.#users.get(username) ?? own
  }
}
