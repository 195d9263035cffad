import { LRUCache } from 'lru-cache'
import type { Clock } from '../../base/clock.ts'
import { Secret } from '../../base/secret.ts'
import type { InventorySource, InventoryUser } from '../inventory.ts'
import type { Passwords } from '../passwords.ts'
import { PasswordsBusy } from '../passwords.ts'
import { totpFits } from '../totp.ts'
import { userReply } from './people.ts'
import type { Call, Reply, Resource } from './resource.ts'
import { Seeds } from './seeds.ts'
import type { Tokens } from './tokens.ts'

const MOST_FAILURES = 7
const LOCKED_MS = 30 * 60_000
const MOST_COUNTED = 10_000

const no = (msg: string): Reply => ({ status: 401, body: { msg } })

interface LoginParts {
  readonly inventory: InventorySource
  readonly passwords: Passwords
  readonly tokens: Tokens
  readonly clock: Clock
}

/** Login by password or public key, with core's lockout: per (username, remote_addr), 7 failures, 30 minutes. */
export class Login {
  readonly #parts: LoginParts
  readonly #failures = new LRUCache<string, { readonly count: number; readonly until: number }>({
    max: MOST_COUNTED,
  })

  readonly #seeds: Seeds
  /** The last try under way of each account; the server's connections bound how many wait. */
  readonly #turns = new Map<string, Promise<Reply>>()

  constructor(parts: LoginParts) {
    this.#parts = parts
    this.#seeds = new Seeds(parts.clock)
  }

  get resources(): readonly Resource[] {
    const login = { access: 'open', methods: { POST: (call: Call) => this.#login(call) } } as const
    const otp = { access: 'open', methods: { POST: (call: Call) => this.#otp(call) } } as const
    return [
      { path: '/api/authentication/v1/auth/', ...login },
      { path: '/api/users/v1/auth/', ...login },
      { path: '/api/authentication/v1/otp/auth/', ...otp },
      { path: '/api/users/v1/otp/auth/', ...otp },
    ]
  }

  async #login({ body, request }: Call): Promise<Reply> {
    const field = (name: string): string => readText(body, name)
    const username = field('username')
    const address = field('remote_addr') || (request.socket.remoteAddress ?? '')
    const account = `${username}\0${address}`
    return await this.#inTurn(account, () => this.#judge(account, username, body))
  }

  /** One try after the other: those made at once would all be judged before the first of them is counted. */
  async #inTurn(account: string, judge: () => Promise<Reply>): Promise<Reply> {
    const before = this.#turns.get(account) ?? Promise.resolve()
    const turn = before.then(judge, judge)
    this.#turns.set(account, turn)
    try {
      return await turn
    } finally {
      if (this.#turns.get(account) === turn) this.#turns.delete(account)
    }
  }

  async #judge(account: string, username: string, body: unknown): Promise<Reply> {
    const field = (name: string): string => readText(body, name)
    if (this.#locked(account)) return no('Log in frequently and try again later')
    const user = [...this.#parts.inventory.current.users.values()].find((one) => one.username === username)
    try {
      const good = await this.#verify(user, field('password'), field('public_key'))
      if (!good || !user) return this.#failed(account, user)
    } catch (fault) {
      if (!(fault instanceof PasswordsBusy)) throw fault
      return { status: 503, body: { error: 'Too many logins at once' } }
    }
    // The count stays until the second factor is right, too: else each right password would give new tries at it.
    return user.totpSecret ? this.#seeds.issue(user, account) : this.#letIn(user, account)
  }

  /** POST .../otp/auth/. A wrong code counts as a failed login of the one whose seed it is. */
  #otp({ body }: Call): Reply {
    const seed = this.#seeds.find(readText(body, 'seed'))
    const user = seed && this.#parts.inventory.current.users.get(seed.userId)
    if (!seed || !user?.totpSecret) return no('Please verify the user name and password first')
    if (this.#locked(seed.account)) return no('Log in frequently and try again later')
    if (totpFits(user.totpSecret, readText(body, 'otp_code'), this.#parts.clock.now())) {
      return this.#letIn(user, seed.account)
    }
    this.#failed(seed.account, user)
    return no('MFA certification failed')
  }

  #letIn(user: InventoryUser, account: string): Reply {
    this.#failures.delete(account)
    return { status: 200, body: { token: this.#parts.tokens.issue(user), user: userReply(user) } }
  }

  async #verify(user: InventoryUser | undefined, password: string, key: string): Promise<boolean> {
    if (password !== '') return await this.#parts.passwords.verify(new Secret(password), user?.passwordHash)
    return key !== '' && user?.publicKeys.includes(key) === true
  }

  #locked(account: string): boolean {
    const failures = this.#failures.get(account)
    return (
      failures !== undefined &&
      failures.count >= MOST_FAILURES &&
      failures.until > this.#parts.clock.monotonic()
    )
  }

  #failed(account: string, user: InventoryUser | undefined): Reply {
    const now = this.#parts.clock.monotonic()
    const earlier = this.#failures.get(account)
    const count = earlier && earlier.until > now ? earlier.count + 1 : 1
    this.#failures.set(account, { count, until: now + LOCKED_MS })
    return no(user ? 'Password or SSH public key invalid' : 'User not exist')
  }
}

/** A text field of a body that core does not check; anything else counts as empty. */
function readText(body: unknown, name: string): string {
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, name)) return ''
  const value: unknown = Reflect.get(body, name)
  return typeof value === 'string' ? value : ''
}
