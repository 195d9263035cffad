import { type Clock, systemClock } from '../base/clock.ts'
import type { Log } from '../log.ts'
import { fingerprint } from '../ssh2/keys.ts'
import { type HostId, HostKeyFile, hostText, isHashOf, type Pin } from './host-key-file.ts'

/**
 * What to do about host keys.
 * - `accept-new`: the first key of a host is pinned, a change is refused
 * - `strict`: only pinned keys
 * - `off`: every key is taken and none is pinned; for laboratories
 */
export type HostKeyPolicy = 'accept-new' | 'strict' | 'off'

export type HostKeyVerdict =
  | { readonly kind: 'known' | 'new' | 'unchecked' | 'unknown' }
  /** `known`: the fingerprint that was pinned, of the same type where there is one. */
  | { readonly kind: 'changed'; readonly known: string }

/** A key that a host shows. */
export interface ShownKey {
  readonly host: HostId
  /** Name of the asset or gateway, for people. */
  readonly name?: string
  readonly blob: Buffer
}

export interface HostKeysOptions {
  readonly path: string
  readonly log: Log
  readonly clock?: Clock
}

/** Refused keys kept for `cocod hostkey accept`. */
const MOST_REFUSED = 1000

/** Where the keys that were refused last are kept. */
export const refusedPath = (path: string): string => `${path}.refused`

/**
 * The pinned host keys of assets and gateways, one for each host, port and type of key, shared by all sessions and
 * kept in one file, which `cocod hostkey` changes too.
 */
export class HostKeys {
  readonly #file: HostKeyFile
  readonly #refused: HostKeyFile
  readonly #log: Log
  readonly #clock: Clock
  readonly #trusted = new Map<string, readonly Pin[]>()
  #pins: Index
  #version: string
  #work: Promise<unknown> = Promise.resolve()

  private constructor({ path, log, clock = systemClock }: HostKeysOptions) {
    this.#file = new HostKeyFile(path, clock)
    this.#refused = new HostKeyFile(refusedPath(path), clock)
    this.#log = log
    this.#clock = clock
    this.#pins = new Index([])
    this.#version = ''
  }

  /** @throws {AssetError} ASSET_HOST_KEY_STORE when the file is damaged or cannot be read */
  static async open(options: HostKeysOptions): Promise<HostKeys> {
    const keys = new HostKeys(options)
    await keys.#load()
    return keys
  }

  /**
   * To be awaited before a key is judged: takes over what somebody changed in the file.
   * @throws {AssetError} ASSET_HOST_KEY_STORE: what cannot be read is not judged by what it was
   */
  async refresh(): Promise<void> {
    await this.#alone(async () => {
      if ((await this.#file.version()) === this.#version) return
      const before = this.#pins.size
      await this.#load()
      this.#log.info(
        { path: this.#file.path, before, now: this.#pins.size },
        'the pinned host keys were changed',
      )
    })
  }

  /** Types of the pinned keys, e.g. `ssh-ed25519`: to be asked for first, so that another type is no surprise. */
  knownTypes(host: HostId): readonly string[] {
    return this.#pinsOf(host).map(({ type }) => type)
  }

  /** A key (an OpenSSH public key line) known without having been seen on the wire; for this run only, not written. */
  trust(host: HostId, line: string): void {
    const [type = '', key = ''] = line.split(' ')
    const name = hostText(host)
    this.#trusted.set(name, [{ host: name, type, key, at: 0, name: '' }])
  }

  /** Judges a key (its blob) that a host shows. A host with pins, but none of this type, has changed. */
  judge(host: HostId, blob: Buffer, policy: HostKeyPolicy = 'accept-new'): HostKeyVerdict {
    if (policy === 'off') return { kind: 'unchecked' }
    const pins = this.#pinsOf(host)
    const [first] = pins
    if (!first) return { kind: policy === 'strict' ? 'unknown' : 'new' }
    const type = typeOf(blob)
    const same = pins.filter((pin) => pin.type === type)
    if (same.some(({ key }) => key === blob.toString('base64'))) return { kind: 'known' }
    return { kind: 'changed', known: fingerprint(Buffer.from((same[0] ?? first).key, 'base64')) }
  }

  /**
   * Pins the key of a host that proved to hold it, where `judge` says `new`. Resolves when that is on disk, with the
   * verdict as it is then (another session may have been first): before that no secret may go there.
   * @throws {AssetError} ASSET_HOST_KEY_STORE
   */
  async pin(
    { host, name = '', blob }: ShownKey,
    policy: HostKeyPolicy = 'accept-new',
  ): Promise<HostKeyVerdict> {
    return await this.#alone(async () => {
      if (this.judge(host, blob, policy).kind === 'new') {
        const pin = pinOf({ host, name, blob }, this.#clock.now())
        const pins = await this.#file.change((all) =>
          new Index(all).of(host).length > 0 ? all : [...all, pin],
        )
        this.#pins = new Index(pins)
        this.#version = await this.#file.version()
        this.#log.info({ host: pin.host, name, fingerprint: fingerprint(blob) }, 'host key pinned')
      }
      return this.judge(host, blob, policy)
    })
  }

  /** Keeps a key that was refused, so that an administrator can accept just this one. Never throws. */
  async keepRefused(key: ShownKey): Promise<void> {
    const pin = pinOf(key, this.#clock.now())
    await this.#alone(() =>
      this.#refused.change((all) =>
        [...all.filter(({ host }) => host !== pin.host), pin].slice(-MOST_REFUSED),
      ),
    ).catch((err: unknown) => this.#log.warn({ err, host: pin.host }, 'a refused host key could not be kept'))
  }

  async #load(): Promise<void> {
    this.#version = await this.#file.version()
    this.#pins = new Index(await this.#file.read())
  }

  #pinsOf(host: HostId): readonly Pin[] {
    return this.#trusted.get(hostText(host)) ?? this.#pins.of(host)
  }

  /** One after the other: reading and writing of one file. */
  async #alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#work.then(work, work)
    this.#work = done.catch(() => undefined)
    return await done
  }
}

/** Pins by host. */
export class Index {
  readonly size: number
  readonly #byHost = new Map<string, Pin[]>()
  readonly #hashed: readonly Pin[]

  constructor(pins: readonly Pin[]) {
    this.size = pins.length
    this.#hashed = pins.filter(({ host }) => host.startsWith('|'))
    for (const pin of pins) this.#byHost.set(pin.host, [...(this.#byHost.get(pin.host) ?? []), pin])
  }

  of(host: HostId): readonly Pin[] {
    const found = this.#byHost.get(hostText(host))
    if (found || host.zone !== undefined) return found ?? []
    return this.#hashed.filter((pin) => isHashOf(pin.host, host))
  }
}

const pinOf = ({ host, name = '', blob }: ShownKey, at: number): Pin => ({
  host: hostText(host),
  type: typeOf(blob),
  key: blob.toString('base64'),
  at,
  name,
})

/** The first string of a key blob (RFC 4253 section 6.6). */
const typeOf = (blob: Buffer): string =>
  blob.length < 4 ? '' : blob.toString('latin1', 4, 4 + blob.readUInt32BE(0))
