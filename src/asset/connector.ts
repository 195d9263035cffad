import type { AssetOptions } from '../asset-options/asset-options.ts'
import type { Prepared, Target } from '../core/model.ts'
import type { AssetConnection, PtyRequest } from './connection.ts'
import type { ConnectDialogue } from './dialogue.ts'
import { LoginMemory } from './login-memory.ts'
import { connectSsh, type SshParts } from './ssh.ts'
import { connectTelnet, type TelnetParts } from './telnet.ts'

export interface ConnectRequest {
  /** As core answered just now: a connection is never made on an older answer. */
  readonly prepared: Prepared
  /** Whoever wants it, and from where. */
  readonly client: { readonly userId: string; readonly remoteAddr: string }
  readonly dialogue?: ConnectDialogue | undefined
  /** The terminal a shell will be opened on; telnet tells it to the server while it logs in. */
  readonly pty?: PtyRequest | undefined
}

export interface ConnectorParts extends SshParts, TelnetParts {
  readonly assetOptions: (target: Target) => AssetOptions
}

/** The one way to a logged-in connection to an asset, whatever its protocol. */
export class AssetConnector {
  readonly #parts: ConnectorParts
  readonly #memory: LoginMemory

  constructor(parts: ConnectorParts) {
    this.#parts = parts
    this.#memory = new LoginMemory(parts.clock)
  }

  /** @throws {AssetError}; what a dialogue's `ask` rejects with; the signal's reason. Nothing stays open then. */
  async connect(request: ConnectRequest, signal: AbortSignal): Promise<AssetConnection> {
    const { target } = request.prepared
    const options = this.#parts.assetOptions(target)
    if (target.systemUser.protocol === 'telnet') {
      return await connectTelnet(this.#parts, { ...request, options, dialogue: request.dialogue }, signal)
    }
    return await this.#ssh(request, options, signal)
  }

  async #ssh(request: ConnectRequest, options: AssetOptions, signal: AbortSignal): Promise<AssetConnection> {
    const { prepared, dialogue, client } = request
    const { target } = prepared
    const key = { userId: client.userId, assetId: target.asset.id, systemUserId: target.systemUser.id }
    const remembered = this.#memory.recall(key)
    try {
      const login = await connectSsh(this.#parts, { prepared, options, dialogue, remembered }, signal)
      if (login.typed) this.#memory.keep(key, login.typed, options.remember_login)
      return login.connection
    } catch (error) {
      // Right or wrong, it did not lead anywhere: the next time it is typed anew.
      this.#memory.forget(key)
      throw error
    }
  }
}
