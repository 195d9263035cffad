import { createHmac, timingSafeEqual } from 'node:crypto'
import { mkdir, readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { writeFileAtomic } from '../base/atomic-file.ts'
import type { Clock } from '../base/clock.ts'
import { sleep } from '../base/clock.ts'
import { LockError, takeLock } from '../base/lock-file.ts'
import { isMissingFile } from '../base/system-error.ts'
import { parsePublicKey } from '../ssh2/keys.ts'
import { AssetError } from './asset-error.ts'
import type { Endpoint } from './destination.ts'

/** A host as its keys are pinned. */
export interface HostId extends Endpoint {
  /** Where an address means what it means: the domain whose gateways lead there; undefined: here. */
  readonly zone?: string | undefined
}

/** One key of one host. */
export interface Pin {
  /** `host:port`, with `@zone`; or a hashed name of OpenSSH, `|1|salt|hash`. */
  readonly host: string
  /** As in its blob, e.g. `ssh-ed25519`. */
  readonly type: string
  /** Base64 of the blob. */
  readonly key: string
  /** ms since the epoch; 0: not known. */
  readonly at: number
  /** Name of the asset or gateway that was connected to; empty: not known. */
  readonly name: string
}

export const hostText = ({ host, port, zone }: HostId): string =>
  `${host.trim().toLowerCase()}:${port}${zone === undefined ? '' : `@${zone}`}`

/** Is this hashed name (sshd(8), HashKnownHosts) the one of the host? */
export function isHashOf(hashed: string, { host, port }: Endpoint): boolean {
  const [, kind, salt = '', hash = ''] = hashed.split('|')
  if (kind !== '1') return false
  const plain = host.trim().toLowerCase()
  const name = port === 22 ? plain : `[${plain}]:${port}`
  const made = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest()
  const wanted = Buffer.from(hash, 'base64')
  return made.length === wanted.length && timingSafeEqual(made, wanted)
}

const HEADER =
  '# Host keys of assets: host:port type key time name. Written by cocod; the last line shows that the file is whole.'
const FOOTER = '# end of file'
/** How long somebody else may hold the file, ms. */
const LOCK_PATIENCE = 5000
const LOCK_RETRY = 20

/** A file of pins that the daemon and `cocod hostkey` share. A damaged one is never taken for an empty one. */
export class HostKeyFile {
  readonly path: string
  readonly #clock: Clock

  constructor(path: string, clock: Clock) {
    this.path = path
    this.#clock = clock
  }

  /** @throws {AssetError} ASSET_HOST_KEY_STORE */
  async read(): Promise<readonly Pin[]> {
    const text = await readFile(this.path, 'utf8').catch((cause: unknown) => {
      if (isMissingFile(cause)) return undefined
      throw storeError(this.path, 'cannot be read', cause)
    })
    return text === undefined ? [] : parse(this.path, text)
  }

  /** Reads, changes and writes, with nobody else at it meanwhile. Gives what is there now, on the disk. */
  async change(edit: (pins: readonly Pin[]) => readonly Pin[]): Promise<readonly Pin[]> {
    try {
      await mkdir(dirname(this.path), { recursive: true, mode: 0o700 })
      await using _lock = await this.#lock()
      const before = await this.read()
      const after = edit(before)
      if (after !== before) await writeFileAtomic(this.path, serialise(after))
      return after
    } catch (cause) {
      throw cause instanceof AssetError ? cause : storeError(this.path, 'could not be written', cause)
    }
  }

  /** Changes when the file does. */
  async version(): Promise<string> {
    try {
      const { ino, size, mtimeNs } = await stat(this.path, { bigint: true })
      return [ino, size, mtimeNs].join(' ')
    } catch (cause) {
      if (isMissingFile(cause)) return 'none'
      throw storeError(this.path, 'cannot be read', cause)
    }
  }

  async #lock(): Promise<AsyncDisposable> {
    const until = this.#clock.monotonic() + LOCK_PATIENCE
    for (;;) {
      try {
        return await takeLock(`${this.path}.lock`)
      } catch (error) {
        if (!(error instanceof LockError) || this.#clock.monotonic() > until) throw error
        await sleep(this.#clock, LOCK_RETRY)
      }
    }
  }
}

function serialise(pins: readonly Pin[]): string {
  const lines = pins.map(({ host, type, key, at, name }) =>
    [host, type, key, at === 0 ? '-' : new Date(at).toISOString(), encodeURIComponent(name)]
      .join(' ')
      .trimEnd(),
  )
  return `${[HEADER, ...lines, FOOTER].join('\n')}\n`
}

function parse(path: string, text: string): readonly Pin[] {
  if (!text.endsWith(`\n${FOOTER}\n`)) throw storeError(path, 'is cut')
  return text.split('\n').flatMap((line, index) => {
    if (line === '' || line.startsWith('#')) return []
    const pin = parsePin(line)
    if (!pin) throw storeError(path, `is damaged in line ${index + 1}`)
    return [pin]
  })
}

function parsePin(line: string): Pin | undefined {
  const [host, type, key, time = '-', name = '', ...rest] = line.split(' ')
  const at = time === '-' ? 0 : Date.parse(time)
  if (!host || !type || !key || rest.length > 0 || Number.isNaN(at) || !isKey(type, key)) return undefined
  return { host, type, key, at, name: decoded(name) }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
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
