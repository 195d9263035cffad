import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CoreLogin } from '../../../src/auth/login.ts'
import { Penalties } from '../../../src/auth/penalties.ts'
import { type Clock, systemClock } from '../../../src/base/clock.ts'
import { Secret } from '../../../src/base/secret.ts'
import type { AuthAnswer, LoginAttempt, User } from '../../../src/core/model.ts'
import { createLog } from '../../../src/log.ts'
import { generateHostKey } from '../../../src/ssh2/keys.ts'
import type { HostKey } from '../../../src/sshd/host-keys.ts'
import type { SshdOptions } from '../../../src/sshd/options.ts'
import { type Sshd, startSshd } from '../../../src/sshd/server.ts'
import type { SshdHandlers } from '../../../src/sshd/session-request.ts'

const alice: User = { id: 'u-1', username: 'alice', name: 'Alice' }
const no: AuthAnswer = { kind: 'refused', reason: 'Password or SSH public key invalid' }

/** A core of a few lines: alice has a password and perhaps a key; `otp` asks a code of her. */
export class TinyCore implements CoreLogin {
  settings: CoreLogin['settings'] = {}
  password = 'right'
  keys: string[] = []
  otp: { code: string; bound: boolean } | undefined
  /** Thrown instead of an answer. */
  fault: Error | undefined
  /** Every call, in order. */
  readonly calls: Array<LoginAttempt | { code: string }> = []

  async authenticate(attempt: LoginAttempt): Promise<AuthAnswer> {
    this.calls.push(attempt)
    if (this.fault) throw this.fault
    const right =
      attempt.username === alice.username &&
      (attempt.password?.reveal() === this.password || this.keys.includes(attempt.publicKey ?? '-'))
    if (!right) return no
    if (!this.otp) return { kind: 'accepted', user: alice }
    return { kind: 'otp', seed: new Secret('seed'), user: alice, bound: this.otp.bound }
  }

  async authenticateOtp({ seed, code }: { seed: Secret; code: Secret }): Promise<AuthAnswer> {
    this.calls.push({ code: code.reveal() })
    const right = seed.reveal() === 'seed' && code.reveal() === this.otp?.code
    return right ? { kind: 'accepted', user: alice } : { kind: 'refused', reason: 'MFA certification failed' }
  }
}

/** Says who came and where to, then leaves with 0; a command is echoed. */
export const greet: SshdHandlers = {
  onShell: async ({ terminal, principal, direct }) => {
    terminal.output.write(`hello ${principal.user.name} to ${JSON.stringify(direct ?? 'menu')}\r\n`)
    return { kind: 'status', code: 0 }
  },
  onExec: async ({ terminal, command, direct }) => {
    terminal.output.write(`${direct.systemUser}@${direct.asset}: ${command}\n`)
    return { kind: 'status', code: 7 }
  },
}

export interface Door extends AsyncDisposable {
  readonly sshd: Sshd
  readonly port: number
  readonly core: TinyCore
  readonly hostKeys: readonly HostKey[]
  /** Log lines so far. */
  readonly lines: Array<Record<string, unknown>>
}

/** A real sshd room on a free port, over a tiny core. */
export async function openDoor({
  handlers = greet,
  clock = systemClock,
  core = new TinyCore(),
  lenient = () => false,
  ...options
}: Partial<SshdOptions> & {
  handlers?: SshdHandlers
  clock?: Clock
  core?: TinyCore
  lenient?: (address: string) => boolean
} = {}): Promise<Door> {
  const { privateKey, fingerprint, type } = await testHostKey()
  const hostKeys = [{ type, fingerprint, privateKey }]
  const lines: Array<Record<string, unknown>> = []
  const log = createLog({
    level: 'debug',
    destination: { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
  })
  const sshd = await startSshd({
    options: {
      host: '127.0.0.1',
      port: 0,
      auth: { passwordAuth: true, publicKeyAuth: true },
      language: 'en',
      ...options,
    },
    hostKeys,
    core,
    penalties: new Penalties({ clock, lenient }),
    handlers,
    clock,
    log,
  })
  return { sshd, port: sshd.port, core, hostKeys, lines, [Symbol.asyncDispose]: () => sshd.close() }
}

async function testHostKey(): Promise<HostKey> {
  const key = await generateHostKey('ed25519')
  return { type: 'ssh-ed25519', fingerprint: '', privateKey: new Secret(key.privateKey) }
}

/** A directory for one test. */
export async function scratch(): Promise<{ path: (name: string) => string } & AsyncDisposable> {
  const directory = await mkdtemp(join(tmpdir(), 'cocod-sshd-'))
  return {
    path: (name) => join(directory, name),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  }
}
