// What an administrator does with pinned host keys, whether the daemon runs or not.
import type { Clock } from '../base/clock.ts'
import { Fault } from '../base/fault.ts'
import { fingerprint, parsePublicKey } from '../ssh2/keys.ts'
import { HostKeyFile, type Pin } from './host-key-file.ts'
import { refusedPath } from './host-keys.ts'

export class HostKeyAdminError extends Fault<'HOST_KEY_ADMIN'> {
  override readonly name = 'HostKeyAdminError'

  constructor(message: string, next: string) {
    super('HOST_KEY_ADMIN', { step: 'host keys', message, next })
  }
}

export interface PinnedKey extends Pin {
  readonly fingerprint: string
}

export interface Accepted {
  readonly key: PinnedKey
  /** What was pinned for the host before. */
  readonly instead: readonly PinnedKey[]
}

export interface Imported {
  readonly added: number
  /** Were pinned already, the same. */
  readonly known: number
  /** Lines that were left out, with why. */
  readonly skipped: ReadonlyArray<{ readonly line: number; readonly why: string }>
}

export class HostKeyAdmin {
  readonly #file: HostKeyFile
  readonly #refused: HostKeyFile
  readonly #clock: Clock

  /** `path`: the file of pins. */
  constructor(path: string, clock: Clock) {
    this.#file = new HostKeyFile(path, clock)
    this.#refused = new HostKeyFile(refusedPath(path), clock)
    this.#clock = clock
  }

  async list(): Promise<{ readonly pinned: readonly PinnedKey[]; readonly refused: readonly PinnedKey[] }> {
    const [pinned, refused] = await Promise.all([this.#file.read(), this.#refused.read()])
    return { pinned: pinned.map(withFingerprint), refused: refused.map(withFingerprint) }
  }

  /**
   * Pins the key that was refused last for a host or name, in place of all others of that host. With `wanted` only a
   * key of this fingerprint.
   */
  async accept(name: string, wanted: string | undefined): Promise<readonly Accepted[]> {
    const refused = (await this.#refused.read()).filter((pin) => isMeant(pin, name)).map(withFingerprint)
    if (refused.length === 0) {
      throw new HostKeyAdminError(
        `no key of ${name} was refused`,
        'connect to it once, so that its key is seen; cocod hostkey list shows what was refused',
      )
    }
    const keys = refused.filter((key) => wanted === undefined || key.fingerprint === wanted)
    if (keys.length === 0) {
      const seen = refused.map((key) => key.fingerprint).join(', ')
      throw new HostKeyAdminError(
        `the key of ${name} is ${seen}, not ${wanted}`,
        'check it on the machine itself',
      )
    }
    const accepted: Accepted[] = []
    await this.#file.change((pins) => {
      let all = pins
      for (const key of keys) {
        accepted.push({ key, instead: all.filter(({ host }) => host === key.host).map(withFingerprint) })
        all = [...all.filter(({ host }) => host !== key.host), pinOf(key, this.#clock.now())]
      }
      return all
    })
    await this.#refused.change((pins) => pins.filter((pin) => !keys.some(({ host }) => host === pin.host)))
    return accepted
  }

  /** Takes off all keys of a host or name: the next connection pins anew. */
  async forget(name: string): Promise<readonly PinnedKey[]> {
    let gone: readonly Pin[] = []
    await this.#file.change((pins) => {
      gone = pins.filter((pin) => isMeant(pin, name))
      return gone.length === 0 ? pins : pins.filter((pin) => !gone.includes(pin))
    })
    if (gone.length === 0) {
      throw new HostKeyAdminError(`no key of ${name} is pinned`, 'cocod hostkey list shows hosts and names')
    }
    return gone.map(withFingerprint)
  }

  /** Adds the keys of an OpenSSH known_hosts file (sshd(8)). What contradicts a pin is left out and told. */
  async import(text: string): Promise<Imported> {
    const skipped: Array<{ line: number; why: string }> = []
    let added = 0
    let known = 0
    await this.#file.change((before) => {
      const pins = [...before]
      for (const { line, read } of readKnownHosts(text)) {
        if (typeof read === 'string') skipped.push({ line, why: read })
        else
          for (const pin of read) {
            const same = pins.find(({ host, type }) => host === pin.host && type === pin.type)
            if (!same) {
              pins.push({ ...pin, at: this.#clock.now() })
              added++
            } else if (same.key === pin.key) known++
            else skipped.push({ line, why: `another key of ${pin.host} is pinned` })
          }
      }
      return added === 0 ? before : pins
    })
    return { added, known, skipped }
  }
}

const withFingerprint = (pin: Pin): PinnedKey => ({
  ...pin,
  fingerprint: fingerprint(Buffer.from(pin.key, 'base64')),
})

const pinOf = ({ host, type, key, name }: Pin, at: number): Pin => ({ host, type, key, name, at })

/** By the asset's name, the address, or address and port as `host:port` or `[host]:port`. */
function isMeant({ host, name }: Pin, wanted: string): boolean {
  const lower = wanted.toLowerCase()
  const place = host.replace(/@.*$/, '')
  const plain = lower.replace(/^\[(.*)\](:\d+)?$/, '$1$2')
  return name === wanted || host === lower || place === plain || place.replace(/:\d+$/, '') === plain
}

type Line = { readonly line: number; readonly read: readonly Pin[] | string }

function readKnownHosts(text: string): readonly Line[] {
  return text.split(/\r?\n/).flatMap((raw, index) => {
    const content = raw.trim()
    if (content === '' || content.startsWith('#')) return []
    return [{ line: index + 1, read: readLine(content) }]
  })
}

/** The pins of a line, or why there are none. */
function readLine(content: string): readonly Pin[] | string {
  const [names = '', type = '', key = ''] = content.split(/\s+/)
  if (names.startsWith('@')) return `${names} is not supported`
  try {
    if (parsePublicKey(Buffer.from(key, 'base64')).type !== type) return 'the key is not of the type it says'
  } catch {
    return type === '' ? 'not understood' : `keys of type ${type} are not supported`
  }
  const hosts = names.split(',').map(hostOf)
  if (hosts.includes(undefined)) return `${names} is a pattern, no host`
  return hosts.flatMap((host) => (host === undefined ? [] : [{ host, type, key, at: 0, name: '' }]))
}

/** Undefined: a pattern. */
function hostOf(name: string): string | undefined {
  if (name.startsWith('|')) return name
  if (/[*?!]/.test(name)) return undefined
  const [, host, port] = /^\[(.+)\]:(\d+)$/.exec(name) ?? []
  return `${(host ?? name).toLowerCase()}:${port ?? '22'}`
}
