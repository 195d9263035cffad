import { mkdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { writeFileAtomic } from '../base/atomic-file.ts'
import { isMissingFile } from '../base/system-error.ts'
import type { Log } from '../log.ts'
import { fingerprint, parsePublicKey } from '../ssh2/keys.ts'
import { AssetError } from './asset-error.ts'
import type { Endpoint } from './destination.ts'

/** A host as its keys are pinned. */
export interface HostId extends Endpoint {
  /** Where an address means what it means: the domain whose gateways lead there; undefined: here. */
  readonly zone?: string | undefined
}

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

const HEADER =
  '# Host keys of assets: host:port type key. Written by cocod; the last line shows that the file is whole.'
const FOOTER = '# end of file'

/**
 * The pinned host keys of assets and gateways, one for each host, port and type of key, shared by all sessions and
 * kept in one file. A damaged file is never taken for an empty one.
 */
export class HostKeys {
  readonly #path: string
  readonly #log: Log
  /** `host:port` to type to base64 of the key blob. */
  readonly #pins: Map<string, Map<string, string>>
  readonly #trusted = new Map<string, ReadonlyMap<string, string>>()
  #writing: Promise<void> = Promise.resolve()

  private constructor(pins: Map<string, Map<string, string>>, { path, log }: HostKeysOptions) {
    this.#pins = pins
    this.#path = path
    this.#log = log
  }

  /** @throws {AssetError} ASSET_HOST_KEY_STORE when the file is damaged or cannot be read */
  static async open(options: HostKeysOptions): Promise<HostKeys> {
    return new HostKeys(await load(options.path), options)
  }

  /** Types of the pinned keys, e.g. `ssh-ed25519`: to be asked for first, so that another type is no surprise. */
  knownTypes(host: HostId): readonly string[] {
    return [...(this.#pinsOf(host)?.keys() ?? [])]
  }

  /** A key (an OpenSSH public key line) known without having been seen on the wire; for this run only, not written. */
  trust(host: HostId, line: string): void {
    const [type = '', blob = ''] = line.split(' ')
    this.#trusted.set(nameOf(host), new Map([[type, blob]]))
  }

  /** Judges a key (its blob) that a host shows. A host with pins, but none of this type, has changed. */
  judge(host: HostId, blob: Buffer, policy: HostKeyPolicy = 'accept-new'): HostKeyVerdict {
    if (policy === 'off') return { kind: 'unchecked' }
    const pins = this.#pinsOf(host)
    if (!pins) return { kind: policy === 'strict' ? 'unknown' : 'new' }
    const type = typeOf(blob)
    if (pins.get(type) === blob.toString('base64')) return { kind: 'known' }
    const known = pins.get(type) ?? [...pins.values()][0] ?? ''
    return { kind: 'changed', known: fingerprint(Buffer.from(known, 'base64')) }
  }

  /**
   * Pins the key of a host that proved to hold it, where `judge` says `new`. Resolves when that is on disk, with the
   * verdict as it is then (another session may have been first): before that no secret may go there.
   * @throws {AssetError} ASSET_HOST_KEY_STORE
   */
  async pin(host: HostId, blob: Buffer, policy: HostKeyPolicy = 'accept-new'): Promise<HostKeyVerdict> {
    const name = nameOf(host)
    if (this.judge(host, blob, policy).kind === 'new') {
      this.#pins.set(name, new Map([[typeOf(blob), blob.toString('base64')]]))
      this.#log.info({ host: name, fingerprint: fingerprint(blob) }, 'host key pinned')
      this.#writing = this.#writing.catch(() => undefined).then(() => this.#write(name))
    }
    await this.#writing
    return this.judge(host, blob, policy)
  }

  #pinsOf(host: HostId): ReadonlyMap<string, string> | undefined {
    return this.#trusted.get(nameOf(host)) ?? this.#pins.get(nameOf(host))
  }

  /** What is not on disk is not pinned. */
  async #write(name: string): Promise<void> {
    try {
      await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 })
      await writeFileAtomic(this.#path, serialise(this.#pins))
    } catch (cause) {
      this.#pins.delete(name)
      throw storeError(this.#path, 'could not be written', cause)
    }
  }
}

export interface HostKeysOptions {
  readonly path: string
  readonly log: Log
}

const nameOf = ({ host, port, zone }: HostId): string =>
  `${host.trim().toLowerCase()}:${port}${zone === undefined ? '' : `@${zone}`}`

/** The first string of a key blob (RFC 4253 section 6.6). */
const typeOf = (blob: Buffer): string =>
  blob.length < 4 ? '' : blob.toString('latin1', 4, 4 + blob.readUInt32BE(0))

function serialise(pins: ReadonlyMap<string, ReadonlyMap<string, string>>): string {
  const lines = [...pins].flatMap(([host, keys]) => [...keys].map(([type, key]) => `${host} ${type} ${key}`))
  return `${[HEADER, ...lines, FOOTER].join('\n')}\n`
}

async function load(path: string): Promise<Map<string, Map<string, string>>> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    if (isMissingFile(cause)) return undefined
    throw storeError(path, 'cannot be read', cause)
  })
  return text === undefined ? new Map() : parse(path, text)
}

function parse(path: string, text: string): Map<string, Map<string, string>> {
  if (!text.endsWith(`\n${FOOTER}\n`)) throw storeError(path, 'is cut')
  const pins = new Map<string, Map<string, string>>()
  for (const [index, line] of text.split('\n').entries()) {
    if (line === '' || line.startsWith('#')) continue
    const [host, type, key, ...rest] = line.split(' ')
    if (!host || !type || !key || rest.length > 0 || !isKey(type, key)) {
      throw storeError(path, `is damaged in line ${index + 1}`)
    }
    const keys = pins.get(host) ?? new Map<string, string>()
    pins.set(host, keys.set(type, key))
  }
  return pins
}

function isKey(type: string, key: string): boolean {
  const blob = Buffer.from(key, 'base64')
  if (blob.length < 8 || blob.toString('base64') !== key) return false
  try {
    return parsePublicKey(blob).type === type
  } catch {
    return false
  }
}

const storeError = (path: string, what: string, cause?: unknown): AssetError =>
  new AssetError('ASSET_HOST_KEY_STORE', {
    step: 'host key',
    message: `the file of pinned host keys ${path} ${what}`,
    next: 'Restore the file from a backup. Only if that is impossible: check the assets by hand, then remove the file.',
    facts: { path },
    cause,
  })
