import { once } from 'node:events'
import { createServer, type Socket, type Server as TcpServer } from 'node:net'
import type { Clock } from '../base/clock.ts'
import { Scope } from '../base/scope.ts'
import { Secret } from '../base/secret.ts'
import type { Log } from '../log.ts'
import { userAlgorithms } from '../ssh2/algorithms.ts'
import { connectionInternals } from '../ssh2/internals.ts'
import {
  fingerprint,
  generateHostKey,
  isAcceptableKey,
  parsePublicKey,
  verifySignature,
} from '../ssh2/keys.ts'
import { type AuthContext, type Connection, Server, type SshServer } from '../ssh2/library.ts'
import { shareFairly } from '../ssh2/yielding.ts'
import { type DemoHost, serveDemoSession } from './demo-session.ts'
import { localAccount } from './local-account.ts'
import type { Program } from './program.ts'
import { loadPtyBinding } from './pty-binding.ts'

const GRACE_MS = 30_000
const MOST_CONNECTIONS = 256

export interface DemoAssetOptions {
  readonly clock: Clock
  readonly log: Log
  /** `process.env`: only a few harmless variables of it reach the shell. */
  readonly environment: Readonly<NodeJS.ProcessEnv>
}

export interface DemoAsset extends AsyncDisposable {
  /** 127.0.0.1. */
  readonly address: string
  readonly port: number
  /** The account this process runs as. */
  readonly username: string
  /** The only key that is let in, in OpenSSH's form; made at this start. */
  readonly privateKey: Secret
  /** The host's public key, one line, and its `SHA256:` fingerprint. */
  readonly hostKey: string
  readonly fingerprint: string
  close(): Promise<void>
}

/**
 * An SSH server on a loopback port that gives a real shell of this machine as the user this process runs as: the
 * demo's asset, without set-up and without root. Whoever has no key made at this start gets nothing.
 *
 * @throws Fault PTY_UNAVAILABLE where node-pty has no binary for this platform.
 */
export async function startDemoAsset({ clock, log, environment }: DemoAssetOptions): Promise<DemoAsset> {
  const account = localAccount(environment)
  const host: DemoHost = { account, binding: loadPtyBinding(), clock, log, programs: new Set<Program>() }
  const [hostKey, userKey] = await Promise.all([generateHostKey('ed25519'), generateHostKey('ed25519')])
  const door: Door = {
    host,
    clock,
    allowed: parsePublicKey(userKey.publicKey).getPublicSSH(),
    connections: new Map(),
  }
  const ssh = sshServer(hostKey.privateKey, door)
  const scope = new Scope()
  const port = await listen(ssh, door, scope)
  log.debug({ port }, 'demo asset listens')
  return {
    address: '127.0.0.1',
    port,
    username: account.username,
    privateKey: new Secret(userKey.privateKey),
    hostKey: hostKey.publicKey,
    fingerprint: fingerprint(parsePublicKey(hostKey.publicKey).getPublicSSH()),
    close: () => scope.close(),
    [Symbol.asyncDispose]: () => scope.close(),
  }
}

interface Door {
  readonly host: DemoHost
  readonly clock: Clock
  /** Blob of the only key that opens. */
  readonly allowed: Buffer
  /** Each connection with the timer of its login. */
  readonly connections: Map<Socket, Disposable>
}

function sshServer(hostKey: string, door: Door): SshServer {
  const ssh = new Server({ hostKeys: [hostKey], algorithms: userAlgorithms(), ident: 'cocod-demo' })
  ssh.on('connection', (connection) => serveConnection(connection, door))
  ssh.on('error', (fault: unknown) => door.host.log.debug({ err: fault }, 'demo asset: server'))
  return ssh
}

function serveConnection(connection: Connection, { host, allowed, connections }: Door): void {
  const socket = connectionInternals(connection)._sock
  connection.on('error', (fault) => host.log.debug({ err: fault }, 'demo asset: connection'))
  connection.on('authentication', (context) => {
    if (mayEnter(context, { username: host.account.username, allowed })) context.accept()
    else context.reject(['publickey'])
  })
  connection.on('ready', () => connections.get(socket)?.[Symbol.dispose]())
  connection.on('session', (accept) => serveDemoSession(accept(), host))
}

/**
 * Our user with the one key. An offer without a signature is answered yes and opens nothing: the library takes
 * `accept` for it as "would be accepted".
 */
function mayEnter(
  context: AuthContext,
  { username, allowed }: { username: string; allowed: Buffer },
): boolean {
  if (context.method !== 'publickey' || context.username !== username) return false
  if (!context.key.data.equals(allowed) || !isAcceptableKey(context)) return false
  return context.signature === undefined || verifySignature(context)
}

async function listen(ssh: SshServer, door: Door, scope: Scope): Promise<number> {
  const server = createServer({ noDelay: true }, (socket) => takeIn(socket, ssh, door))
  server.maxConnections = MOST_CONNECTIONS
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  server.on('error', (fault) => door.host.log.error({ err: fault }, 'demo asset: listener'))
  scope.defer(() => closeAll(server, door))
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new TypeError('a TCP server has a port')
  return address.port
}

function takeIn(socket: Socket, ssh: SshServer, { connections, clock, host }: Door): void {
  socket.on('error', (fault) => host.log.debug({ err: fault }, 'demo asset: socket'))
  const grace = clock.after(GRACE_MS, () => socket.destroy())
  connections.set(socket, grace)
  socket.once('close', () => {
    connections.get(socket)?.[Symbol.dispose]()
    connections.delete(socket)
  })
  ssh.injectSocket(socket)
  shareFairly(socket)
}

async function closeAll(server: TcpServer, { connections, host }: Door): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  await Promise.all([...host.programs].map((program) => program.end()))
  for (const socket of connections.keys()) socket.destroy()
  await closed
}
