import { chmod, mkdir, readFile, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { writeFileAtomic } from '../base/atomic-file.ts'
import { Secret } from '../base/secret.ts'
import { isMissingFile, systemCode } from '../base/system-error.ts'
import type { Log } from '../log.ts'
import { CoreError } from './core-error.ts'
import type { AccessKey } from './sign.ts'

export interface AccessKeyOptions {
  /** The configured value `id:secret` (COCO_ACCESS_KEY or ACCESS_KEY); wins over the files. */
  value?: Secret | undefined
  /** ACCESS_KEY_FILE: read first, and where a new key is saved. */
  file: string
  /** Where older installs of coco kept it (`data/keys/.access_key`); read when `file` does not exist. */
  olderFiles?: readonly string[]
}

export interface FoundKey {
  readonly key: AccessKey
  /** The file it came from, or `ACCESS_KEY`. */
  readonly source: string
}

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i
// Core makes the secret a UUID. Shorter is a cut file.
const SECRET = /^[\x21-\x7e]{32,256}$/

/**
 * The key this bastion was given, or undefined where there is none yet. Throws CoreError CORE_ACCESS_KEY for one that
 * is there and not usable: a damaged key must never lead to a new identity by itself.
 */
export async function findAccessKey(options: AccessKeyOptions, log: Log): Promise<FoundKey | undefined> {
  if (options.value)
    return { key: parseAccessKey(options.value.reveal(), 'ACCESS_KEY'), source: 'ACCESS_KEY' }
  for (const file of [options.file, ...(options.olderFiles ?? [])]) {
    const text = await readSecretFile(file, log)
    if (text !== undefined) return { key: parseAccessKey(text, file), source: file }
  }
  return undefined
}

/** `id:secret` on the first line that is neither blank nor a comment (`#`). */
export function parseAccessKey(text: string, source: string): AccessKey {
  const line = text
    .split(/\r?\n/)
    .map((each) => each.trim())
    .find((each) => each !== '' && !each.startsWith('#'))
  const [id = '', ...rest] = (line ?? '').split(':')
  const secret = rest.join(':')
  if (UUID.test(id) && SECRET.test(secret)) return { id: id.toLowerCase(), secret: new Secret(secret) }
  throw keyFault(`${source} holds no access key of the form id:secret`, {
    next: `restore ${source} from a backup; or, to register anew, delete it here and the terminal in Jumpserver`,
  })
}

/** Writes the key so that it is there whole or not at all; only this user can read it. */
export async function saveAccessKey(file: string, key: AccessKey): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 })
    await writeFileAtomic(file, `${key.id}:${key.secret.reveal()}\n`, 0o600)
  } catch (cause) {
    throw keyFault(`the access key cannot be written to ${file}`, {
      next: `make ${dirname(file)} writable for this user, delete the terminal in Jumpserver, and start again`,
      cause,
    })
  }
}

/** Throws CoreError CORE_ACCESS_KEY where `saveAccessKey` would fail: to be asked before core makes a key. */
export async function probeAccessKeyFile(file: string): Promise<void> {
  const probe = `${file}.probe`
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 })
    await writeFileAtomic(probe, '')
    await rm(probe, { force: true })
  } catch (cause) {
    throw keyFault(`the access key could not be written to ${file}`, {
      next: `make ${dirname(file)} writable for this user`,
      cause,
    })
  }
}

async function readSecretFile(file: string, log: Log): Promise<string | undefined> {
  try {
    const { mode } = await stat(file)
    await closeToOthers(file, mode, log)
    return await readFile(file, 'utf8')
  } catch (cause) {
    if (cause instanceof CoreError) throw cause
    if (isMissingFile(cause) || systemCode(cause) === 'ENOTDIR') return undefined
    throw keyFault(`${file} cannot be read`, { next: `let this user read ${file}`, cause })
  }
}

/** Others may not read it. A group may (mounted secrets), but not write. */
async function closeToOthers(file: string, mode: number, log: Log): Promise<void> {
  if ((mode & 0o027) === 0) return
  try {
    await chmod(file, 0o600)
    log.warn({ file, mode: (mode & 0o777).toString(8) }, 'access key file was open to others, is 0600 now')
  } catch (cause) {
    if (systemCode(cause) !== 'EROFS')
      throw keyFault(`${file} is readable by others and cannot be closed to them`, {
        next: `chmod 600 ${file}`,
        cause,
      })
    log.warn({ file }, 'access key file is open to others, on a read-only file system')
  }
}

const keyFault = (message: string, { next, cause }: { next: string; cause?: unknown }): CoreError =>
  new CoreError('CORE_ACCESS_KEY', 'credentials', { step: 'read access key', message, next, cause })
