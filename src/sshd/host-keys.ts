import { chmod, mkdir, open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomic } from '../base/atomic-file.ts'
import { reasonOf } from '../base/fault.ts'
import { Secret } from '../base/secret.ts'
import { isMissingFile, systemCode } from '../base/system-error.ts'
import type { Log } from '../log.ts'
import { fingerprint, generateHostKey, type HostKeyType, parsePrivateKey } from '../ssh2/keys.ts'
import { SshdError } from './sshd-error.ts'

const TYPES: readonly HostKeyType[] = ['ed25519', 'ecdsa', 'rsa']
const LARGEST_FILE = 64 * 1024

export interface HostKey {
  /** `ssh-ed25519`, `ecdsa-sha2-nistp256` or `ssh-rsa`. */
  readonly type: string
  /** `SHA256:…`, as `ssh-keygen -l` shows it. */
  readonly fingerprint: string
  readonly privateKey: Secret
}

export interface HostKeyOptions {
  /** Holds `ssh_host_ed25519_key` and its siblings; made with mode 0700 when absent. */
  readonly keysDir: string
  /** A key of one's own, which then is the only one. */
  readonly hostKeyFile?: string | undefined
}

/** The one key that stands for all nodes: core's, or the one coco had. */
const SHARED = 'host_key'

/**
 * The keys this server proves itself with, as far as they are there: HOST_KEY_FILE alone, else `host_key` alone, else
 * those of three types, of which absent ones are made. Undefined when there is none at all. One that is there and cannot
 * be used stops the start, for a new identity must never come silently.
 * @throws {SshdError} SSHD_HOST_KEY
 */
export async function existingHostKeys(
  { keysDir, hostKeyFile }: HostKeyOptions,
  log: Log,
): Promise<HostKey[] | undefined> {
  if (hostKeyFile !== undefined) return [await readKey(hostKeyFile, log)]
  await ownDirectory(keysDir).catch((cause) => {
    throw hostKeyFault(keysDir, cause)
  })
  const shared = join(keysDir, SHARED)
  if (await exists(shared)) return [await readKey(shared, log)]
  for (const type of TYPES)
    if (await exists(pathOf(keysDir, type))) return await makeHostKeys({ keysDir }, log)
  return undefined
}

/** What is there, else keys made now. @throws {SshdError} SSHD_HOST_KEY */
export const loadHostKeys = async (options: HostKeyOptions, log: Log): Promise<HostKey[]> =>
  (await existingHostKeys(options, log)) ?? (await makeHostKeys(options, log))

/** Those of three types; absent ones are made. @throws {SshdError} SSHD_HOST_KEY */
export async function makeHostKeys({ keysDir }: HostKeyOptions, log: Log): Promise<HostKey[]> {
  const keys: HostKey[] = []
  for (const type of TYPES) keys.push(await readOrMake(pathOf(keysDir, type), type, log))
  return keys
}

/**
 * Keeps core's key as the only one, so that all nodes prove themselves alike. Undefined: it is no key, which is logged;
 * what is not ours must not stop us. @throws {SshdError} SSHD_HOST_KEY
 */
export async function adoptHostKey(
  { keysDir }: HostKeyOptions,
  key: Secret,
  log: Log,
): Promise<HostKey[] | undefined> {
  const path = join(keysDir, SHARED)
  try {
    parsePrivateKey(key.reveal())
  } catch (err) {
    log.error(
      { err },
      'the host key in core (TERMINAL_HOST_KEY) cannot be used; this node gets keys of its own',
    )
    return undefined
  }
  await writeFileAtomic(path, key.reveal()).catch((cause) => {
    throw hostKeyFault(path, cause)
  })
  log.info({ path }, 'host key taken over from core')
  return [await readKey(path, log)]
}

const pathOf = (keysDir: string, type: HostKeyType): string => join(keysDir, `ssh_host_${type}_key`)

async function ownDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 })
  await chmod(path, 0o700).catch(() => {}) // a read-only mount stays as it is; the files are looked at one by one
}

async function readOrMake(path: string, type: HostKeyType, log: Log): Promise<HostKey> {
  if (!(await exists(path))) {
    const { privateKey } = await generateHostKey(type, 'cocod')
    await writeFileAtomic(path, privateKey).catch((cause) => {
      throw hostKeyFault(path, cause)
    })
    log.info({ path, type }, 'new host key made')
  }
  return readKey(path, log)
}

async function readKey(path: string, log: Log): Promise<HostKey> {
  const text = await readKeyFile(path, log).catch((cause) => {
    throw hostKeyFault(path, cause)
  })
  try {
    const key = parsePrivateKey(text)
    return { type: key.type, fingerprint: fingerprint(key.getPublicSSH()), privateKey: new Secret(text) }
  } catch (cause) {
    throw hostKeyFault(path, cause)
  }
}

async function readKeyFile(path: string, log: Log): Promise<string> {
  await using file = await open(path, 'r')
  const { mode, size } = await file.stat()
  if (size > LARGEST_FILE) throw new Error('far too large for a key')
  if ((mode & 0o007) !== 0) await shutOthersOut(path, log)
  return file.readFile('utf8')
}

/** On a read-only mount (mounted secrets) nothing can be mended and little be gained; elsewhere it must work. */
async function shutOthersOut(path: string, log: Log): Promise<void> {
  try {
    await chmod(path, 0o600)
    log.warn({ path }, 'this private key could be read by everybody on this machine; its mode is 0600 now')
  } catch (cause) {
    if (systemCode(cause) !== 'EROFS') throw cause
    log.warn({ path }, 'this private key can be read by everybody on this machine')
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (cause) {
    if (isMissingFile(cause)) return false
    throw hostKeyFault(path, cause)
  }
}

const hostKeyFault = (path: string, cause: unknown): SshdError =>
  new SshdError('SSHD_HOST_KEY', {
    step: 'load host keys',
    message: `the host key ${path} cannot be used: ${reasonOf(cause)}`,
    next: 'Put it back from a backup. To take a new identity instead (every client will warn), remove the file.',
    facts: { path },
    cause,
  })
