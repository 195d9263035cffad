import type { Socket } from 'node:net'
import type { Log } from '../log.ts'
import { type AlgorithmPreset, assetAlgorithms } from '../ssh2/algorithms.ts'
import { HandshakeTrace } from '../ssh2/client-debug.ts'
import { fingerprint } from '../ssh2/keys.ts'
import { Client, type SshClient } from '../ssh2/library.ts'
import { shareFairly } from '../ssh2/yielding.ts'
import { AssetError } from './asset-error.ts'
import type { Endpoint } from './destination.ts'
import type { HostKeys, HostKeyVerdict } from './host-keys.ts'
import { Authentication, type LoginSecrets } from './ssh-auth.ts'
import * as failure from './ssh-failure.ts'

export interface Handshake {
  /** Connected; owned by the client from here on. */
  readonly socket: Socket
  /** As the asset is known: pins belong to this, not to the resolved address. */
  readonly host: Endpoint
  readonly secrets: LoginSecrets
  readonly hostKeys: HostKeys
  readonly preset: AlgorithmPreset
  readonly keepaliveSeconds: number
  readonly log: Log
}

/** How far a handshake is; also the step that a time limit names. */
export type HandshakeStep = 'banner' | 'key exchange' | 'host key' | 'log in'

export type HandshakeEvent =
  | { readonly kind: 'host-key'; readonly verdict: HostKeyVerdict['kind']; readonly fingerprint: string }
  | { readonly kind: 'logged-in'; readonly method: string }

/**
 * Speaks SSH over a connected socket up to the login. The order is: key exchange, in which the host proves its key;
 * judging the key; pinning a new one, to the disk; only then the login.
 */
export class SshHandshake {
  readonly client: SshClient = new Client()
  readonly #options: Handshake
  readonly #authentication: Authentication
  readonly #trace = new HandshakeTrace()
  readonly #onEvent: (event: HandshakeEvent) => void
  #step: HandshakeStep = 'key exchange'
  #hostKey: Buffer | undefined
  #refusal: AssetError | undefined

  constructor(options: Handshake, onEvent: (event: HandshakeEvent) => void) {
    this.#options = options
    this.#onEvent = onEvent
    this.#authentication = new Authentication(options.secrets)
  }

  get step(): HandshakeStep {
    return this.#trace.sawIdent ? this.#step : 'banner'
  }

  /** Resolves when logged in. The caller limits the time, by destroying the socket. @throws {AssetError} */
  run(): Promise<void> {
    const { client } = this
    const { socket } = this.#options
    return new Promise((resolve, reject) => {
      const fail = (cause: unknown): void => {
        reject(this.#refusal ?? this.#explain(cause))
        socket.destroy()
      }
      // Never taken off: an error in the very packet after the login would end the process.
      client.on('error', (error) => {
        if (error.level !== 'client-authentication') fail(error) // else the next method is tried
      })
      client.once('close', () => fail(undefined))
      client.once('ready', () => {
        this.#onEvent({ kind: 'logged-in', method: this.#authentication.method })
        resolve()
      })
      client.on('handshake', () => {
        this.#trace.stop(client)
        this.#step = 'log in'
      })
      client.once('change password', () => fail(failure.passwordExpired(this.#facts())))
      this.#connect(fail)
    })
  }

  #connect(fail: (error: unknown) => void): void {
    const { socket, secrets, preset, keepaliveSeconds } = this.#options
    try {
      this.client.connect({
        sock: socket,
        username: secrets.account,
        ident: 'cocod',
        algorithms: assetAlgorithmsFor(preset, this.#options.hostKeys.knownTypes(this.#options.host)),
        readyTimeout: 0,
        keepaliveInterval: keepaliveSeconds * 1000,
        keepaliveCountMax: 3,
        hostVerifier: (blob: Buffer) => this.#verify(blob),
        authHandler: (offered, _partial, next) => {
          this.#authenticate(offered).then((attempt) => attempt && next(attempt), fail)
        },
        debug: this.#trace.line,
      })
      shareFairly(socket)
    } catch (error) {
      fail(error)
    }
  }

  /** Only judges: that the host holds the key is proved when the handshake is complete. */
  #verify(blob: Buffer): boolean {
    this.#step = 'host key'
    const verdict = this.#options.hostKeys.judge(this.#options.host, blob)
    this.#hostKey = Buffer.from(blob)
    this.#refusal = failure.ofHostKey(verdict, fingerprint(blob), this.#facts())
    return this.#refusal === undefined
  }

  async #authenticate(offered: readonly string[] | null) {
    if (this.#step !== 'log in' || !this.#hostKey) throw new Error('a login before the host key was judged')
    if (!this.#pinned) await this.#pin(this.#hostKey)
    const attempt = this.#authentication.next(offered)
    if (attempt) return attempt
    throw failure.ofLogin(this.#authentication, this.#options.secrets.account, this.#facts())
  }

  #pinned = false

  async #pin(blob: Buffer): Promise<void> {
    const { hostKeys, host } = this.#options
    const before = hostKeys.judge(host, blob)
    const found = fingerprint(blob)
    const after = before.kind === 'new' ? await hostKeys.pin(host, blob) : before
    const refusal = failure.ofHostKey(after, found, this.#facts())
    if (refusal) throw refusal
    this.#pinned = true
    this.#onEvent({ kind: 'host-key', verdict: before.kind, fingerprint: found })
  }

  #explain(cause: unknown): AssetError {
    if (cause instanceof AssetError) return cause
    const disagreement = this.#trace.disagreement
    if (disagreement) return failure.ofAlgorithms(disagreement, this.#facts())
    return failure.ofProtocol(cause, this.step, this.#facts())
  }

  #facts(): failure.Place {
    const { host, socket } = this.#options
    return { host: host.host, port: host.port, address: `${socket.remoteAddress ?? host.host}:${host.port}` }
  }
}

/** Types that are pinned come first, so that a host with several keys shows the one we know. */
function assetAlgorithmsFor(preset: AlgorithmPreset, known: readonly string[]) {
  const lists = assetAlgorithms(preset)
  const isKnown = (name: string): boolean => known.includes(name.startsWith('rsa-sha2-') ? 'ssh-rsa' : name)
  const all = lists.serverHostKey
  if (!Array.isArray(all)) return lists
  return { ...lists, serverHostKey: [...all.filter(isKnown), ...all.filter((name) => !isKnown(name))] }
}
