import type { AssetOptions } from '../asset-options/asset-options.ts'
import type { Prepared, Target } from '../core/model.ts'
import type { Check } from './check.ts'
import type { AssetConnection, PtyRequest } from './connection.ts'
import { ConnectionPool } from './connection-pool.ts'
import type { ConnectDialogue } from './dialogue.ts'
import { Examination } from './examination.ts'
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
export class AssetConnector implements AsyncDisposable {
  readonly #parts: ConnectorParts
  readonly #memory: LoginMemory
  readonly #pool: ConnectionPool

  constructor(parts: ConnectorParts) {
    this.#parts = parts
    this.#memory = new LoginMemory(parts.clock)
    this.#pool = new ConnectionPool(parts.clock, parts.log)
  }

  /** @throws {AssetError}; what a dialogue's `ask` rejects with; the signal's reason. Nothing stays open then. */
  async connect(request: ConnectRequest, signal: AbortSignal): Promise<AssetConnection> {
    const { target } = request.prepared
    const options = this.#parts.assetOptions(target)
    if (target.systemUser.protocol === 'telnet') {
      return await connectTelnet(this.#parts, { ...request, options, dialogue: request.dialogue }, signal)
    }
    const connect = (): Promise<AssetConnection> => this.#connect(request, options, signal)
    if (!options.reuse || isTyped(request.prepared)) return await connect()
    const { connection, reused } = await this.#pool.lease({ request, options, connect })
    if (reused) request.dialogue?.progress({ kind: 'reused' })
    return connection
  }

  /** Looks at the way to an asset step by step. */
  examine(prepared: Prepared, signal: AbortSignal): Promise<readonly Check[]> {
    const options = this.#parts.assetOptions(prepared.target)
    return new Examination(this.#parts, { prepared, options }, signal).run()
  }

  /** Ends the connections that wait for another session. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#pool[Symbol.asyncDispose]()
  }

  async #connect(
    { prepared, dialogue, client }: ConnectRequest,
    options: AssetOptions,
    signal: AbortSignal,
  ): Promise<AssetConnection> {
    const { asset, systemUser } = prepared.target
    const key = { userId: client.userId, assetId: asset.id, systemUserId: systemUser.id }
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

/** Whoever types name or password may mean another account each time: such a connection is used once. */
const isTyped = ({ target, credentials }: Prepared): boolean =>
  target.systemUser.loginMode === 'manual' ||
  credentials.username === '' ||
  (credentials.password === undefined && credentials.privateKey === undefined)
