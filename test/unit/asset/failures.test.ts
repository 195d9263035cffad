import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { AssetConnection } from '../../../src/asset/connection.ts'
import { isFault } from '../../../src/base/fault.ts'
import { sayFault } from '../../../src/i18n/i18n.ts'
import { generateHostKey } from '../../../src/ssh2/keys.ts'
import { Server } from '../../../src/ssh2/library.ts'
import { sendBanner } from '../../../src/ssh2/server-messages.ts'
import { type ConnectOptions, type Login, makeConnector } from '../../fixtures/asset-connector.ts'
import { startSshd } from '../../fixtures/sshd.ts'

/** What a person is told, in both languages, and whether the log has the rest. */
async function told(work: (connector: Awaited<ReturnType<typeof makeConnector>>) => Promise<unknown>) {
  await using connector = await makeConnector()
  const fault: unknown = await work(connector).then(
    () => undefined,
    (error: unknown) => error,
  )
  if (!isFault(fault)) throw fault
  for (const language of ['en', 'zh'] as const) {
    const sentence = sayFault(language, fault)
    expect(sentence).not.toMatch(/\{\w+\}|undefined|ASSET_/)
    expect(sentence).toMatch(/ {3}\[[0-9a-f]{4}-[0-9a-f]+\]$/)
  }
  expect(fault.step).not.toBe('')
  expect(fault.next).not.toBe('')
  return sayFault('en', fault)
}

/** A port that does this with each connection. */
async function port(onConnection: (socket: Socket) => void): Promise<number> {
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => undefined))
    onConnection(socket)
  })
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

async function nobody(): Promise<number> {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address ? address.port : 0
}

/** Resets as soon as the client has spoken. */
const resetting = (socket: Socket): void => {
  socket.write('SSH-2.0-x\r\n')
  socket.once('data', () => socket.resetAndDestroy())
}

const unknownName = {
  network: { resolve: () => Promise.reject(new Error('ENOTFOUND')), ownAddresses: () => [] },
}

const silentNames = { network: { resolve: () => new Promise<never>(() => {}), ownAddresses: () => [] } }

/** An SSH server that keeps whoever wants to log in waiting. */
async function silentLogin(): Promise<number> {
  const { privateKey } = await generateHostKey('ed25519')
  const server = new Server({ hostKeys: [privateKey] }, (connection) => {
    onTestFinished(() => void connection.end())
    connection.on('error', () => undefined)
    connection.on('authentication', () => {})
  })
  onTestFinished(() => void server.close())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

const TCP: ReadonlyArray<
  readonly [string, () => Promise<readonly [Partial<Login>, ConnectOptions]>, RegExp]
> = [
  [
    'a name nobody knows',
    async () => [{ asset: { ip: 'no.invalid' } }, unknownName],
    /the name no\.invalid is not known/,
  ],
  ['nobody there', async () => [{ port: await nobody() }, {}], /127\.0\.0\.1:\d+ refused the connection/],
  [
    'a mute server',
    async () => [{ port: await port(() => {}) }, { timeout: 0.2 }],
    /was reached at .*, but did not go on within 1 s \(banner\)/,
  ],
  [
    'one that stops after its banner',
    async () => [{ port: await port((socket) => socket.write('SSH-2.0-x\r\n')) }, { auth_timeout: 0.2 }],
    /was reached at .*, but did not go on within 1 s \(key exchange\)/,
  ],
  [
    'a name server that does not answer',
    async () => [{ asset: { ip: 'slow.invalid' } }, { ...silentNames, connect_timeout: 0.2 }],
    /the name server did not answer for slow\.invalid within 1 s/,
  ],
  [
    'one that never answers a login',
    async () => [{ port: await silentLogin() }, { auth_timeout: 1 }],
    /was reached at .*, but did not go on within 1 s \(log in\)/,
  ],
  [
    'one that resets',
    async () => [{ port: await port(resetting) }, {}],
    /broke the connection off \(key exchange\)/,
  ],
  [
    'a web server',
    async () => [{ port: await port((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')) }, {}],
    /does not speak SSH/,
  ],
  [
    'a forbidden address',
    async () => [{ asset: { ip: '169.254.169.254' } }, {}],
    /is not allowed as the address/,
  ],
  [
    'a broken key',
    async () => [{ privateKey: 'rubbish' }, {}],
    /The key stored for “root” on web-1 cannot be used/,
  ],
  ['nothing stored', async () => [{ password: undefined }, {}], /nobody could be asked/],
  ['another protocol', async () => [{ protocol: 'rdp' }, {}], /uses rdp, which cannot be opened here/],
]

test.each(TCP)('%s is told in plain words', async (_what, place, expected) => {
  const [login, options] = await place()
  const sentence = await told((connector) =>
    connector.connect({ port: 22, password: 'secret', ...login }, options),
  )
  expect(sentence).toMatch(expected)
})

const shell = (connection: AssetConnection): Promise<unknown> =>
  connection.shell({ term: 'xterm', modes: {}, size: { columns: 80, rows: 24 } })

const SSHD: ReadonlyArray<
  readonly [
    string,
    readonly string[],
    Partial<Login>,
    (connection: AssetConnection) => Promise<unknown>,
    RegExp,
  ]
> = [
  [
    'a refused key',
    ['AuthorizedKeysFile none'],
    {},
    shell,
    /refused the login as .*tried: publickey; it takes: publickey/,
  ],
  [
    'a refused key beside a password',
    ['AuthorizedKeysFile none'],
    { password: 'x' },
    shell,
    /the stored password was not sent/,
  ],
  ['a refused user', ['DenyUsers *'], {}, shell, /refused the login as/],
  ['no terminal', ['PermitTTY no'], {}, shell, /gives no terminal \(PTY\)/],
  ['no session', ['MaxSessions 0'], {}, shell, /too many are open there/],
  [
    'no such subsystem',
    [],
    {},
    (connection) => connection.subsystem('nope'),
    /opened no shell and ran no command/,
  ],
]

test.each(SSHD)('an sshd with %s is told in plain words', async (_what, config, login, use, expected) => {
  await using sshd = await startSshd({ config })
  const { port: at, user, privateKey } = sshd.asset
  const sentence = await told(async (connector) => {
    await using connection = await connector.connect({
      port: at,
      user,
      privateKey: privateKey.text,
      ...login,
    })
    await use(connection)
  })
  expect(sentence).toMatch(expected)
})

test('an account that expired is told in the words of the sentence, not as a lost connection', async () => {
  const { privateKey } = await generateHostKey('ed25519')
  const server = new Server({ hostKeys: [privateKey] }, (connection) => {
    connection.on('error', () => undefined)
    connection.on('authentication', () => {
      // As sshd with PAM does it for an account that `chage -E` has ended.
      sendBanner(connection, 'Your account has expired; please contact your system administrator.')
      connection.end()
    })
  })
  onTestFinished(() => void server.close())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const sentence = await told((connector) => connector.connect({ port: address.port, password: 'secret' }))
  expect(sentence).toContain('The account “root” has expired on web-1')
})
