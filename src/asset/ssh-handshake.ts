import type { Duplex } from 'node:stream'
import type { Log } from '../log.ts'
import { ALL_LISTS, type AlgorithmPreset, assetAlgorithms, isLegacy } from '../ssh2/algorithms.ts'
import { fingerprint } from '../ssh2/keys.ts'
import { Client, type NegotiatedAlgorithms, type SshClient } from '../ssh2/library.ts'
import { disagreementOf, presetFor, ServerHello } from '../ssh2/server-hello.ts'
import { shareFairly } from '../ssh2/yielding.ts'
import { AssetError } from './asset-error.ts'
import type { HandshakeEvent } from './dialogue.ts'
import type { HostId } from './host-key-file.ts'
import type { HostKeyPolicy, HostKeys } from './host-keys.ts'
import { type Ask, Authentication, type LoginSecrets } from './ssh-auth.ts'
import * as failure from './ssh-failure.ts'

export interface Handshake {
  /** Connected; owned by the client from here on. */
  readonly stream: Duplex
  /** `address:port`, for people. */
  readonly address: string
  /** Name of the machine, for people. */
  readonly name: string
  /** As the machine is known: pins belong to this, not to the resolved address. */
  readonly host: HostId
  readonly secrets: LoginSecrets
  readonly ask: Ask
  readonly hostKeys: HostKeys
  readonly policy: HostKeyPolicy
  readonly preset: AlgorithmPreset
  readonly keepaliveSeconds: number
  readonly log: Log
}

/** How far a handshake is; also the step that a time limit names. */
export type HandshakeStep = 'banner' | 'key exchange' | 'host key' | 'log in'

/**
 * Speaks SSH over a connected socket up to the login. The order is: key exchange, in which the host proves its key;
 * judging the key; pinning a new one, to the disk; only then the login.
 */
export class SshHandshake {
  readonly client: SshClient = new Client()
  readonly #options: Handshake
  readonly #authentication: Authentication
  /** What the server says of itself, as far as it came. */
  readonly hello = new ServerHello()
  readonly #onEvent: (event: HandshakeEvent) => void
  #fail: (cause: unknown) => void = () => undefined
  #step: HandshakeStep = 'key exchange'
  #hostKey: Buffer | undefined
  /** What the server showed before the login (RFC 4252 section 5.4). */
  #said = ''
  #refusal: AssetError | undefined

  constructor(options: Handshake, onEvent: (event: HandshakeEvent) => void) {
    this.#options = options
    this.#onEvent = onEvent
    const { name: asset, secrets, ask } = options
    this.#authentication = new Authentication({ asset, secrets, ask, fail: (cause) => this.#fail(cause) })
  }

  get step(): HandshakeStep {
    return this.hello.speaksSsh ? this.#step : 'banner'
  }

  /** The key that the server shows: its blob. */
  get hostKey(): Buffer | undefined {
    return this.#hostKey
  }

  /** The login that is made or was made. */
  get login(): Pick<Authentication, 'account' | 'typed' | 'offered'> {
    return this.#authentication
  }

  /** Resolves when logged in. The caller limits the time, by destroying the stream. @throws {AssetError} */
  async run(): Promise<void> {
    await this.#options.hostKeys.refresh()
    await this.#run()
  }

  #run(): Promise<void> {
    const { client } = this
    const { stream } = this.#options
    return new Promise((resolve, reject) => {
      const fail = (cause: unknown): void => {
        reject(this.#refusal ?? this.#explain(cause))
        stream.destroy()
      }
      this.#fail = fail
      // Never taken off: an error in the very packet after the login would end the process.
      client.on('error', (error) => {
        if (error.level !== 'client-authentication') fail(error) // else the next method is tried
      })
      client.once('close', () => fail(undefined))
      client.once('ready', () => {
        this.#onEvent({ kind: 'logged-in', method: this.#authentication.method })
        resolve()
      })
      client.on('handshake', (negotiated) => {
        stream.off('data', this.hello.feed)
        this.#step = 'log in'
        this.#auditLegacy(negotiated)
      })
      client.on('banner', (text) => {
        this.#said = `${this.#said}${text}`.slice(0, MOST_SAID)
      })
      client.once('change password', () => fail(failure.passwordExpired(this.#facts())))
      this.#connect(fail)
    })
  }

  #connect(fail: (cause: unknown) => void): void {
    const { stream, preset, keepaliveSeconds, hostKeys, host } = this.#options
    try {
      if (stream.destroyed) throw new Error('closed at once')
      this.client.connect({
        sock: stream,
        // Every attempt names its own; the library only wants one to begin with.
        username: this.#authentication.account || '-',
        ident: 'cocod',
        algorithms: assetAlgorithmsFor(preset, hostKeys.knownTypes(host)),
        readyTimeout: 0,
        keepaliveInterval: keepaliveSeconds * 1000,
        keepaliveCountMax: 3,
        hostVerifier: (blob: Buffer) => this.#verify(blob),
        authHandler: (offered, partial, next) => {
          this.#authenticate(offered, partial).then((attempt) => attempt && next(attempt), fail)
        },
      })
      stream.prependListener('data', this.hello.feed)
      shareFairly(stream)
    } catch (error) {
      fail(error)
    }
  }

  /** Only judges: that the host holds the key is proved when the handshake is complete. */
  #verify(blob: Buffer): boolean {
    this.#step = 'host key'
    const { hostKeys, host, name, policy } = this.#options
    const verdict = hostKeys.judge(host, blob, policy)
    this.#hostKey = Buffer.from(blob)
    this.#refusal = failure.ofHostKey(verdict, fingerprint(blob), this.#facts())
    if (this.#refusal) void hostKeys.keepRefused({ host, name, blob: this.#hostKey })
    return this.#refusal === undefined
  }

  async #authenticate(offered: readonly string[] | null, partial: boolean | null) {
    if (this.#step !== 'log in' || !this.#hostKey) throw new Error('a login before the host key was judged')
    if (!this.#pinned) await this.#pin(this.#hostKey)
    const attempt = await this.#authentication.next(offered, partial === true)
    if (attempt) return attempt
    throw failure.ofLogin(this.#authentication, this.#facts())
  }

  #pinned = false

  async #pin(blob: Buffer): Promise<void> {
    const { hostKeys, host, name, policy } = this.#options
    const before = hostKeys.judge(host, blob, policy)
    const found = fingerprint(blob)
    const after = before.kind === 'new' ? await hostKeys.pin({ host, name, blob }, policy) : before
    const refusal = failure.ofHostKey(after, found, this.#facts())
    if (refusal) throw refusal
    this.#pinned = true
    this.#onEvent({ kind: 'host-key', verdict: before.kind, fingerprint: found })
  }

  /** Old algorithms are allowed for single machines, and told each time. */
  #auditLegacy({ kex, serverHostKey, cs }: NegotiatedAlgorithms): void {
    const old = [kex, serverHostKey, cs.cipher, cs.mac].filter((name) => name !== '' && isLegacy(name))
    if (old.length === 0) return
    const { name, address, log } = this.#options
    log.warn({ asset: name, address, algorithms: old }, 'old algorithms are used for this machine')
  }

  #explain(cause: unknown): AssetError {
    if (cause instanceof AssetError) return cause
    const { lists } = this.hello
    const disagreement = lists && disagreementOf(lists, ALL_LISTS[this.#options.preset])
    if (disagreement) return failure.ofAlgorithms(disagreement, presetFor(lists), this.#facts())
    if (/account .*expired|expired.* account|账[号户].*过期/i.test(this.#said)) {
      return failure.accountExpired(this.#said, this.#authentication.account, this.#facts())
    }
    return failure.ofProtocol(cause, this.step, this.#facts())
  }

  #facts(): failure.Place {
    const { host, address } = this.#options
    return { host: host.host, port: host.port, address }
  }
}

/** Characters of a server's banners that are looked at. */
const MOST_SAID = 4096

/** Types that are pinned come first, so that a host with several keys shows the one we know. */
function assetAlgorithmsFor(preset: AlgorithmPreset, known: readonly string[]) {
  const lists = assetAlgorithms(preset)
  const isKnown = (name: string): boolean => known.includes(name.startsWith('rsa-sha2-') ? 'ssh-rsa' : name)
  const all = lists.serverHostKey
  if (!Array.isArray(all)) return lists
  return { ...lists, serverHostKey: [...all.filter(isKnown), ...all.filter((name) => !isKnown(name))] }
}
