import type { Duplex } from 'node:stream'
import type { AssetOptions } from '../asset-options/asset-options.ts'
import { isFault } from '../base/fault.ts'
import type { Prepared } from '../core/model.ts'
import { fingerprint } from '../ssh2/keys.ts'
import type { ServerHello } from '../ssh2/server-hello.ts'
import { AssetError } from './asset-error.ts'
import { algorithmsCheck, type Check, checkOf, hostKeyCheck } from './check.ts'
import { connectSsh, type SshParts } from './ssh.ts'
import { SshHandshake } from './ssh-handshake.ts'
import { endpointOf } from './ssh-target.ts'
import { TimeLimit } from './time-limit.ts'

export interface Examined {
  readonly prepared: Prepared
  readonly options: AssetOptions
}

/**
 * Looks at the way to an asset step by step, for an administrator: nothing is pinned, and the stored secrets are sent
 * only at the end, by a login like any other. Faults are checks that failed; it goes on as far as it can.
 */
export class Examination {
  readonly #parts: SshParts
  readonly #examined: Examined
  readonly #signal: AbortSignal
  readonly #checks: Check[] = []

  constructor(parts: SshParts, examined: Examined, signal: AbortSignal) {
    this.#parts = parts
    this.#examined = examined
    this.#signal = signal
  }

  async run(): Promise<readonly Check[]> {
    const stream = await this.#way()
    if (!stream) return this.#checks
    if (this.#examined.prepared.target.systemUser.protocol !== 'ssh') {
      stream.destroy()
      return this.#checks
    }
    await this.#ssh(stream)
    if (this.#checks.every(({ state }) => state !== 'FAIL')) await this.#login()
    return this.#checks
  }

  /** DNS and TCP, or each gateway. */
  async #way(): Promise<Duplex | undefined> {
    const { prepared, options } = this.#examined
    const { asset, systemUser } = prepared.target
    const { gateways } = prepared
    try {
      const endpoint = endpointOf(prepared, systemUser.protocol)
      const request = { endpoint, domain: asset.domain, gateways, connectSeconds: options.connect_timeout }
      if (asset.domain !== null) return await this.#gateways(request)
      return await this.#direct(request)
    } catch (error) {
      this.#failed('address', error)
      return undefined
    }
  }

  async #direct(request: Parameters<SshParts['paths']['open']>[0]): Promise<Duplex | undefined> {
    const began = this.#now
    let resolved: number | undefined
    try {
      const { stream, address } = await this.#parts.paths.open(
        request,
        (progress) => {
          if (progress.kind !== 'resolved') return
          resolved = this.#now
          this.#ok('dns', `${request.endpoint.host} is ${progress.address}`, resolved - began)
        },
        this.#signal,
      )
      this.#ok('tcp', address, this.#now - (resolved ?? began))
      return stream
    } catch (error) {
      this.#failed(resolved === undefined ? 'dns' : 'tcp', error)
      return undefined
    }
  }

  /** All of them, one after the other; the first way that is open is used. */
  async #gateways(request: Parameters<SshParts['paths']['open']>[0]): Promise<Duplex | undefined> {
    const { paths } = this.#parts
    let way: Duplex | undefined
    const failures: Check[] = []
    for (const route of paths.routes(request)) {
      const name = route.map((gateway) => gateway.name).join(' > ')
      const began = this.#now
      try {
        const { stream } = await paths.along(route, request, this.#signal)
        this.#ok(
          'gateway',
          `${name} leads to ${request.endpoint.host}:${request.endpoint.port}`,
          this.#now - began,
        )
        if (way) stream.destroy()
        else way = stream
      } catch (error) {
        failures.push(checkOf('gateway', error, `${name}: `))
      }
    }
    // One that leads there is enough; the others are worth a look.
    for (const check of failures) this.#checks.push(way ? { ...check, state: 'warn' } : check)
    return way
  }

  /** Up to the question how one may log in, which is asked without a secret. */
  async #ssh(stream: Duplex): Promise<void> {
    const { prepared, options } = this.#examined
    const { asset } = prepared.target
    const { hostKeys, log, clock } = this.#parts
    const endpoint = endpointOf(prepared, 'ssh')
    const address = `${endpoint.host}:${endpoint.port}`
    const account = prepared.credentials.username || 'nobody'
    const secrets = { account, key: undefined, password: undefined, manual: false, fallback: false }
    const handshake = new SshHandshake(
      {
        ...{ stream, address, name: asset.hostname, host: endpoint, secrets, ask: undefined, hostKeys, log },
        ...{ policy: 'off', preset: options.algorithms, keepaliveSeconds: 0 },
      },
      () => undefined,
    )
    using limit = new TimeLimit(clock, options.auth_timeout * 1000, this.#signal)
    const began = this.#now
    const error: unknown = await limit
      .race(handshake.run(), () => timeoutOf(handshake.step, options.auth_timeout))
      .then(
        () => undefined,
        (cause: unknown) => cause,
      )
    stream.destroy()
    const code = isFault(error) ? error.code : undefined
    if (handshake.hello.ident === undefined) return this.#failed('banner', error)
    this.#ok('banner', handshake.hello.ident)
    if (!this.#algorithms(handshake.hello)) return
    if (!handshake.hostKey) return this.#failed('key exchange', error)
    this.#hostKey(handshake.hostKey)
    if (error !== undefined && code !== 'ASSET_AUTH') return this.#failed('log in', error)
    this.#ok(
      'methods',
      `${account} may log in by ${handshake.login.offered.join(', ') || 'nothing at all'}`,
      this.#now - began,
    )
  }

  #algorithms(hello: ServerHello): boolean {
    const check = algorithmsCheck(hello, this.#examined.options)
    if (check) this.#checks.push(check)
    return check?.state !== 'FAIL'
  }

  #hostKey(blob: Buffer): void {
    const { prepared, options } = this.#examined
    const { asset } = prepared.target
    const place = { ...endpointOf(prepared, 'ssh'), zone: asset.domain ?? undefined }
    const policy = options.host_key_policy
    const verdict = this.#parts.hostKeys.judge(place, blob, policy)
    this.#checks.push(hostKeyCheck(asset.hostname, { verdict, policy, found: fingerprint(blob) }))
  }

  async #login(): Promise<void> {
    const began = this.#now
    try {
      const request = { ...this.#examined, dialogue: undefined }
      const { connection } = await connectSsh(this.#parts, request, this.#signal)
      this.#ok('login', `as ${connection.account}`, this.#now - began)
      await connection[Symbol.asyncDispose]()
    } catch (error) {
      const check = checkOf('login', error)
      // Whoever is asked for it at the login is no fault.
      const asked = isFault(error) && ['ASSET_NO_CREDENTIALS', 'ASSET_ASKS'].includes(error.code)
      this.#checks.push(asked ? { ...check, state: 'warn' } : check)
    }
  }

  get #now(): number {
    return this.#parts.clock.monotonic()
  }

  #ok(name: string, text: string, ms?: number): void {
    this.#checks.push({ name, state: 'ok', text, ...(ms !== undefined && { ms: Math.round(ms) }) })
  }

  #failed(name: string, error: unknown): void {
    this.#checks.push(checkOf(name, error))
  }
}

const timeoutOf = (step: string, seconds: number): AssetError =>
  new AssetError('ASSET_TIMEOUT', {
    step,
    message: `no answer within ${seconds} s (${step})`,
    next: 'Look at the load and the log of the machine.',
  })
