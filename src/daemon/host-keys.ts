import { type Clock, sleep } from '../base/clock.ts'
import type { Settings } from '../config/settings.ts'
import type { AppService } from '../core/app-service.ts'
import type { Log } from '../log.ts'
import {
  adoptHostKey,
  existingHostKeys,
  type HostKey,
  loadHostKeys,
  makeHostKeys,
} from '../sshd/host-keys.ts'

export interface HostKeyParts {
  readonly settings: Settings
  readonly standalone: boolean
  readonly core: Pick<AppService, 'settings'>
  readonly clock: Clock
  readonly log: Log
}

/** How long core's settings are waited for once core has taken us, before keys of our own are made. */
const SETTINGS_WAIT_MS = 60_000
const LOOK_MS = 500

/**
 * The identity of this bastion: what is there, else core's key, else keys made once. Whether core has one is known only
 * when it has answered.
 */
export class BastionHostKeys {
  readonly #parts: HostKeyParts
  /** Resolves when they are known; rejects with what `complete` throws. Nobody has to listen. */
  readonly keys: Promise<readonly HostKey[]>
  #known: readonly HostKey[] = []
  #settle: (keys: Promise<readonly HostKey[]>) => void = () => {}

  constructor(parts: HostKeyParts) {
    this.#parts = parts
    this.keys = new Promise((resolve) => {
      this.#settle = resolve
    })
    this.keys.catch(() => {})
  }

  /** Those in use; empty until they are known. */
  get known(): readonly HostKey[] {
    return this.#known
  }

  /** Looks for what is there. @throws {SshdError} SSHD_HOST_KEY */
  async find(): Promise<void> {
    const { standalone, log } = this.#parts
    const load = standalone ? loadHostKeys : existingHostKeys
    const found = await load(this.#options, log)
    if (found) this.#settle(Promise.resolve(found))
    this.#known = found ?? []
  }

  /** To be called when core has taken us: asks it for its key if there is none here. @throws {SshdError} SSHD_HOST_KEY */
  async complete(signal: AbortSignal): Promise<void> {
    if (this.#known.length > 0) return
    const found = this.#fromCore(signal)
    this.#settle(found)
    this.#known = await found
  }

  async #fromCore(signal: AbortSignal): Promise<readonly HostKey[]> {
    const { core, clock, log } = this.#parts
    const until = clock.monotonic() + SETTINGS_WAIT_MS
    // Not read yet is not the same as none: nodes that make keys of their own would not agree.
    while (Object.keys(core.settings).length === 0 && clock.monotonic() < until && !signal.aborted) {
      await sleep(clock, LOOK_MS, signal)
    }
    const { hostKey } = core.settings
    const adopted = hostKey && (await adoptHostKey(this.#options, hostKey, log))
    return adopted ?? (await makeHostKeys(this.#options, log))
  }

  get #options() {
    const { KEYS_DIR: keysDir, HOST_KEY_FILE: hostKeyFile } = this.#parts.settings
    return { keysDir, hostKeyFile }
  }
}
