import type { Clock } from '../base/clock.ts'
import { Scope } from '../base/scope.ts'
import type { AppService } from '../core/app-service.ts'
import { CoreError } from '../core/core-error.ts'
import type { Target, User } from '../core/model.ts'
import type { PermissionWatch } from '../policy/permission-watch.ts'
import type { Action } from './rights.ts'

export interface GrantsParts {
  readonly core: Pick<AppService, 'permission'>
  readonly permissions: Pick<PermissionWatch, 'watch'>
  readonly clock: Clock
}

/** A no is asked again after this, so that a new grant helps without a new login, and core is not flooded. */
const ASK_AGAIN_MS = 5_000

/**
 * What one user may do with files on one asset as one account. Core is asked when an action is needed first; from then
 * on the verdict is the one that all sessions share (PermissionWatch) and may be withdrawn at any time.
 */
export class Grants implements AsyncDisposable {
  readonly #parts: GrantsParts
  readonly #user: User
  readonly #target: Target
  readonly #granted = new Set<Action>()
  readonly #deniedAt = new Map<Action, number>()
  readonly #asking = new Map<Action, Promise<boolean>>()
  readonly #scope = new Scope()
  readonly #over = new AbortController()

  constructor(parts: GrantsParts, user: User, target: Target) {
    this.#parts = parts
    this.#user = user
    this.#target = target
    this.#scope.defer(() => this.#over.abort())
  }

  /** Granted before, and not withdrawn since. */
  has(action: Action): boolean {
    return this.#granted.has(action)
  }

  /** Asks core unless it is known. Throws CoreError when core does not answer: that is no yes. */
  async demand(action: Action): Promise<boolean> {
    if (this.#granted.has(action)) return true
    const deniedAt = this.#deniedAt.get(action)
    if (deniedAt !== undefined && this.#parts.clock.monotonic() - deniedAt < ASK_AGAIN_MS) return false
    const asking = this.#asking.get(action) ?? this.#ask(action)
    this.#asking.set(action, asking)
    try {
      return await asking
    } finally {
      this.#asking.delete(action)
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#scope.close()
  }

  async #ask(action: Action): Promise<boolean> {
    const { core, clock } = this.#parts
    const answer = await core.permission(this.#user, this.#target, action, this.#over.signal)
    if (answer === 'unknown') throw noAnswer(action)
    if (answer === 'denied') this.#deniedAt.set(action, clock.monotonic())
    else this.#watch(action)
    return answer === 'granted'
  }

  #watch(action: Action): void {
    this.#granted.add(action)
    const watched = { user: this.#user, target: this.#target, action }
    // Core's silence is the business of the session, which is watched too.
    const onVerdict = (): void => {
      this.#granted.delete(action)
    }
    this.#scope.own(this.#parts.permissions.watch(watched, onVerdict))
  }
}

/** Core's silence is no yes. */
export const noAnswer = (action: Action): CoreError =>
  new CoreError('CORE_UNAVAILABLE', 'unavailable', {
    step: 'ask permission',
    message: `core did not say whether ${action} is granted`,
    next: 'look at the connection to core',
  })
