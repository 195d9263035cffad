import type { Clock } from '../base/clock.ts'
import type { Permission, Target, User } from '../core/model.ts'

/** How the watch asks core; AppService.permission fits. */
export type AskPermission = (
  user: User,
  target: Target,
  action: string,
  signal?: AbortSignal,
) => Promise<Permission>

export interface PermissionWatchOptions {
  readonly ask: AskPermission
  readonly clock: Clock
  /** ms between two questions about the same grant (security: at most 60 s). */
  readonly intervalMs: number
  /** ms of silence of core after which running sessions end; 0: never. */
  readonly outageMs: number
  /** Questions in flight at a time. */
  readonly parallel?: number
}

/** What a watcher is told, once. */
export type WatchVerdict = 'denied' | 'outage'

interface Grant {
  readonly user: User
  readonly target: Target
  readonly action: string
  readonly watchers: Set<Watcher>
  lastAnswer: number
}

interface Watcher {
  readonly onVerdict: (verdict: WatchVerdict) => void
  readonly onOutageNear: () => void
  warned: boolean
}

/** Warned this long before an outage ends a session. */
const WARNING_MS = 5 * 60_000

/**
 * Re-examines the grants of what runs: one question per (user, asset, system user, action) shared by all its
 * sessions, so that a withdrawn grant ends them within a minute, and core's silence (never a no) within the outage
 * limit. The verdict is a callback: this room decides, it never does.
 */
export class PermissionWatch implements Disposable {
  readonly #options: PermissionWatchOptions
  readonly #grants = new Map<string, Grant>()
  readonly #stop = new AbortController()
  #timer: Disposable | undefined

  constructor(options: PermissionWatchOptions) {
    this.#options = options
    this.#schedule()
  }

  /** Tells `onVerdict` at most once when the grant ends; dispose to stop watching. */
  watch(
    { user, target, action }: { user: User; target: Target; action: string },
    onVerdict: (verdict: WatchVerdict) => void,
    onOutageNear: () => void = () => {},
  ): Disposable {
    const key = [user.id, target.asset.id, target.systemUser.id, action].join('/')
    const lastAnswer = this.#options.clock.monotonic()
    const grant = this.#grants.get(key) ?? { user, target, action, watchers: new Set(), lastAnswer }
    // The caller has just been granted this by core: that is an answer too.
    grant.lastAnswer = lastAnswer
    this.#grants.set(key, grant)
    const watcher: Watcher = { onVerdict, onOutageNear, warned: false }
    grant.watchers.add(watcher)
    return {
      [Symbol.dispose]: () => {
        grant.watchers.delete(watcher)
        if (grant.watchers.size === 0 && this.#grants.get(key) === grant) this.#grants.delete(key)
      },
    }
  }

  [Symbol.dispose](): void {
    this.#stop.abort()
    this.#timer?.[Symbol.dispose]()
  }

  #schedule(): void {
    if (this.#stop.signal.aborted) return
    this.#timer = this.#options.clock.after(this.#options.intervalMs, () => {
      void this.#round().finally(() => this.#schedule())
    })
  }

  /** Asks about every grant once, a few at a time. */
  async #round(): Promise<void> {
    const waiting = [...this.#grants.values()]
    const lane = async (): Promise<void> => {
      for (let grant = waiting.shift(); grant; grant = waiting.shift()) await this.#examine(grant)
    }
    await Promise.all(Array.from({ length: this.#options.parallel ?? 4 }, lane))
  }

  async #examine(grant: Grant): Promise<void> {
    const answer = await this.#ask(grant)
    if (this.#stop.signal.aborted) return
    switch (answer) {
      case 'granted':
        grant.lastAnswer = this.#options.clock.monotonic()
        for (const watcher of grant.watchers) watcher.warned = false
        return
      case 'denied':
        tell(grant, 'denied')
        return
      case 'unknown':
        this.#bearSilence(grant)
    }
  }

  async #ask({ user, target, action }: Grant): Promise<Permission> {
    try {
      return await this.#options.ask(user, target, action, this.#stop.signal)
    } catch {
      return 'unknown'
    }
  }

  #bearSilence(grant: Grant): void {
    const { outageMs, clock } = this.#options
    if (outageMs === 0) return
    const left = outageMs - (clock.monotonic() - grant.lastAnswer)
    if (left <= 0) tell(grant, 'outage')
    else if (left <= WARNING_MS) warn(grant)
  }
}

function warn(grant: Grant): void {
  for (const watcher of grant.watchers) {
    if (watcher.warned) continue
    watcher.warned = true
    watcher.onOutageNear()
  }
}

function tell(grant: Grant, verdict: WatchVerdict): void {
  const watchers = [...grant.watchers]
  grant.watchers.clear()
  for (const { onVerdict } of watchers) onVerdict(verdict)
}
