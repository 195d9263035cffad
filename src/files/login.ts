import type { Target } from '../core/model.ts'
import type { Principal } from '../session/principal.ts'
import { FileSession, type FileSessionDeps } from './file-session.ts'

interface Shared {
  readonly opening: Promise<FileSession>
  /** Stops the opening when nobody waits for it any more. */
  readonly stop: AbortController
  users: number
}

/** A shared connection, until it is given back. */
export interface Lease extends Disposable {
  readonly session: FileSession
}

/** The connections of one login: each target is connected once, on first need, for all channels of the login. */
export class FileLogin {
  readonly principal: Principal
  readonly #deps: FileSessionDeps
  readonly #shared = new Map<string, Shared>()

  constructor(deps: FileSessionDeps, principal: Principal) {
    this.#deps = deps
    this.principal = principal
  }

  /** The connection to a target, opened if need be. Throws the Fault that stopped it, or the signal's reason. */
  async lease(target: Target, signal: AbortSignal): Promise<Lease> {
    const key = `${target.asset.id}/${target.systemUser.id}`
    const shared = this.#shared.get(key) ?? this.#begin(key, target)
    shared.users += 1
    const release = once(() => this.#release(key, shared))
    try {
      const session = await untilAborted(shared.opening, signal)
      return { session, [Symbol.dispose]: release }
    } catch (error) {
      release()
      throw error
    }
  }

  #begin(key: string, target: Target): Shared {
    const stop = new AbortController()
    const opening = FileSession.open(this.#deps, { principal: this.principal, target }, stop.signal)
    const shared: Shared = { opening, stop, users: 0 }
    opening.then(
      (session) => session.ended.addEventListener('abort', () => this.#forget(key, shared), { once: true }),
      () => this.#forget(key, shared),
    )
    this.#shared.set(key, shared)
    return shared
  }

  #release(key: string, shared: Shared): void {
    shared.users -= 1
    if (shared.users > 0) return
    this.#forget(key, shared)
    shared.stop.abort(new Error('nobody waits for it any more'))
    shared.opening.then(
      (session) => session.leave(),
      () => undefined,
    )
  }

  #forget(key: string, shared: Shared): void {
    if (this.#shared.get(key) === shared) this.#shared.delete(key)
  }
}

function once(act: () => void): () => void {
  let done = false
  return () => {
    if (!done) act()
    done = true
  }
}

function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) return Promise.reject(signal.reason)
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
