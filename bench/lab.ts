import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { Scope } from '../src/base/scope.ts'
import { askStatus } from '../src/cli/running.ts'
import { type SshdAsset, startSshd } from '../test/fixtures/sshd.ts'
import { startDaemon } from './daemon.ts'

/** The two ways to the same asset: host names in the lab's ssh_config. */
export type Way = 'bastion' | 'jump'
export const WAYS = ['bastion', 'jump'] as const satisfies readonly Way[]

export interface Lab extends AsyncDisposable {
  /** A directory that the asset's account may write to. */
  readonly shared: string
  /** Resolves when the daemon has brought all its records to core: what it does after a session is no part of one. */
  readonly settled: () => Promise<void>
  /** Arguments of ssh for one of the ways; nothing of the real ~/.ssh or an agent is read. */
  readonly ssh: (way: Way, ...args: string[]) => string[]
}

const CIPHER = 'aes128-gcm@openssh.com'

/**
 * An OpenSSH sshd that is the asset and also the host one jumps over, the built daemon in front of it, and an
 * ssh_config with both ways. The cipher is the same on all hops.
 */
export async function startLab(signal: AbortSignal): Promise<Lab> {
  const scope = new Scope()
  try {
    const directory = mkdtempSync(join(tmpdir(), 'cocod-bench-'))
    scope.defer(() => rmSync(directory, { recursive: true, force: true }))
    chmodSync(directory, 0o711)
    const { asset } = scope.own(await startSshd({ config: [`Ciphers ${CIPHER}`] }))
    const { sshPort } = scope.own(await startDaemon(writeDaemonConfig(directory, asset), signal))
    const config = writeSshConfig(directory, asset, sshPort)
    const shared = join(directory, 'shared')
    mkdirSync(shared)
    chmodSync(shared, 0o777)
    return {
      shared,
      settled: () => settled(join(directory, 'data'), signal),
      ssh: (way, ...args) => ['-F', config, way, ...args],
      [Symbol.asyncDispose]: () => scope.close(),
    }
  } catch (error) {
    await scope.close()
    throw error
  }
}

async function settled(dataDir: string, signal: AbortSignal): Promise<void> {
  while ((await askStatus(dataDir))?.recordsWaiting !== 0) await sleep(50, undefined, { signal })
}

function writeDaemonConfig(directory: string, { port, user, privateKey }: SshdAsset): string {
  const publicKey = readFileSync(`${privateKey.path}.pub`, 'utf8').trim()
  const inventory = [
    '[user bench]',
    `public_key = ${publicKey}`,
    '[account there]',
    `username = ${user}`,
    `private_key_file = ${privateKey.path}`,
    '[asset target]',
    'address = 127.0.0.1',
    `port = ${port}`,
    'accounts = there',
    '[permission all]',
    'users = bench',
    'assets = target',
  ]
  const config = ['SSHD_PORT = 0', 'HTTPD_PORT = 0', 'INVENTORY = inventory.ini', 'LOG_LEVEL = info']
  writeFileSync(join(directory, 'inventory.ini'), `${inventory.join('\n')}\n`, { mode: 0o600 })
  const file = join(directory, 'config.ini')
  writeFileSync(file, `${config.join('\n')}\n`)
  return file
}

function writeSshConfig(directory: string, asset: SshdAsset, bastionPort: number): string {
  const host = (name: string, port: number, user: string, ...more: string[]): string[] => [
    `Host ${name}`,
    ...['HostName 127.0.0.1', `Port ${port}`, `User ${user}`, ...more].map((line) => `  ${line}`),
  ]
  const common = [
    `IdentityFile ${asset.privateKey.path}`,
    'IdentitiesOnly yes',
    'IdentityAgent none',
    'PreferredAuthentications publickey',
    'StrictHostKeyChecking no',
    'UserKnownHostsFile /dev/null',
    'GlobalKnownHostsFile /dev/null',
    'LogLevel ERROR',
    'Compression no',
    `Ciphers ${CIPHER}`,
  ]
  const lines = [
    ...host('bastion', bastionPort, `bench@${asset.user}@target`),
    ...host('jump', asset.port, asset.user, 'ProxyJump over'),
    ...host('over', asset.port, asset.user),
    'Host *',
    ...common.map((line) => `  ${line}`),
  ]
  const file = join(directory, 'ssh_config')
  writeFileSync(file, `${lines.join('\n')}\n`)
  return file
}

/** Runs ssh to its end and counts the bytes it prints, in a process of its own. Rejects when it fails. */
export async function countOutput(args: readonly string[], signal: AbortSignal): Promise<number> {
  const counter = spawn('wc', ['-c'], { stdio: ['pipe', 'pipe', 'inherit'] })
  const count = text(counter.stdout)
  // Standard input stays open and silent: an end of it would be sent on.
  const ssh = spawn('ssh', args, {
    stdio: ['pipe', counter.stdin, 'inherit'],
    signal,
    killSignal: 'SIGKILL',
  })
  counter.stdin.destroy() // ssh has it now, and its end is the counter's
  try {
    const code = await exitOf(ssh)
    if (code !== 0) throw new Error(`ssh ${args.join(' ')}: exit ${code}`)
    return Number(await count)
  } finally {
    ssh.stdin?.destroy()
    counter.kill('SIGKILL')
  }
}

const exitOf = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', resolve)
  })
