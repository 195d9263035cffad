import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { inspect } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../../src/base/clock.ts'
import { fingerprint, generateHostKey, parsePublicKey } from '../../../src/ssh2/keys.ts'
import { type AuthenticationType, Server as SshServer } from '../../../src/ssh2/library.ts'
import { makeConnector } from '../../fixtures/asset-connector.ts'
import { failureOf } from '../../fixtures/failure-of.ts'
import { startSshd } from '../../fixtures/sshd.ts'
import { isRoot } from '../../fixtures/system-account.ts'

/** A TCP server that does with each connection what it is told; ended after the test. */
async function serve(
  onConnection: (socket: Socket) => void,
): Promise<{ port: number; received: () => string }> {
  let received = ''
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket
      .on('error', () => undefined)
      .on('data', (bytes) => {
        received += bytes.toString('latin1')
      })
    onConnection(socket)
  })
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { port: address.port, received: () => received }
}

test('a private key logs in, and a command gives output, errors and exit status', async () => {
  await using sshd = await startSshd()
  await using connector = await makeConnector()
  const { port, user, privateKey } = sshd.asset
  await using connection = await connector.connect({ port, user, privateKey: privateKey.text })
  const channel = await connection.exec('echo out; echo err >&2; exit 7', undefined)
  expect(await Promise.all([text(channel.output), text(channel.errors)])).toEqual(['out\n', 'err\n'])
  expect(await channel.closed).toEqual({ kind: 'status', code: 7 })
  expect(connector.progress).toEqual([
    { kind: 'resolved', address: '127.0.0.1' },
    { kind: 'connected', address: `127.0.0.1:${port}`, through: [] },
    { kind: 'host-key', verdict: 'new', fingerprint: sshd.asset.hostKey },
    { kind: 'logged-in', method: 'publickey' },
  ])
})

test('an encrypted key is opened with the password, which is then not sent', async () => {
  await using sshd = await startSshd({ config: ['AuthenticationMethods publickey,password'] })
  await using connector = await makeConnector()
  const { port, user, encryptedKey } = sshd.asset
  const login = { port, user, privateKey: encryptedKey.text, password: encryptedKey.passphrase }
  const failure = await failureOf(connector.connect(login))
  expect(failure.code).toBe('ASSET_AUTH')
  expect(failure.facts).toMatchObject({
    tried: 'publickey',
    offered: 'password',
    account: user,
    asset: 'web-1',
  })
  await sshd.untilLog(/Accepted key|Postponed publickey|Partial publickey/)
  expect(sshd.log).not.toContain('Failed password')
})

test('a key whose passphrase is not known is told before anything is dialled', async () => {
  await using connector = await makeConnector()
  await using sshd = await startSshd()
  const { port, user, encryptedKey } = sshd.asset
  const failure = await failureOf(
    connector.connect({ port, user, privateKey: encryptedKey.text, password: 'no-such-phrase' }),
  )
  expect(failure.code).toBe('ASSET_KEY')
  expect(inspect(failure, { depth: 9 })).not.toContain('no-such-phrase')
  expect(connector.progress).toEqual([])
})

test.runIf(isRoot)('a password logs in', async () => {
  await using sshd = await startSshd()
  await using connector = await makeConnector()
  const { port, user, password } = sshd.asset
  await using connection = await connector.connect({ port, user, password })
  const channel = await connection.exec('id -un', undefined)
  channel.errors.resume()
  expect(await text(channel.output)).toBe(`${user}\n`)
  expect(connector.progress.at(-1)).toEqual({ kind: 'logged-in', method: 'password' })
})

test.runIf(isRoot)('where keys are not taken the password logs in', async () => {
  await using sshd = await startSshd({ config: ['AuthenticationMethods password'] })
  await using connector = await makeConnector()
  const { port, user, password, privateKey } = sshd.asset
  await using _connection = await connector.connect({ port, user, password, privateKey: privateKey.text })
  expect(connector.progress.at(-1)).toEqual({ kind: 'logged-in', method: 'password' })
})

test('a wrong password is sent once, and the refusal names account and methods', async () => {
  await using sshd = await startSshd()
  await using connector = await makeConnector()
  const { port, user } = sshd.asset
  const failure = await failureOf(connector.connect({ port, user, password: 'not it' }))
  expect(failure.code).toBe('ASSET_AUTH')
  expect(failure.facts).toMatchObject({
    account: user,
    tried: 'password',
    offered: 'publickey,password'.replace(',', ', '),
  })
  expect(sshd.log.match(/Failed password/g)).toHaveLength(1)
})

test('a changed host key is refused with both fingerprints, before any login', async () => {
  await using connector = await makeConnector()
  const first = await startSshd()
  const { port } = first.asset
  {
    await using known = first
    const { user, privateKey } = known.asset
    await using _connection = await connector.connect({ port, user, privateKey: privateKey.text })
  }
  await using other = await startSshd({ port })
  const { user, privateKey } = other.asset
  const failure = await failureOf(
    connector.connect({ port, user, privateKey: privateKey.text, password: 'secret' }),
  )
  expect(failure.code).toBe('ASSET_HOST_KEY_CHANGED')
  expect(failure.facts).toMatchObject({ known: first.asset.hostKey, found: other.asset.hostKey })
  await other.untilLog(/Connection closed by|Connection reset by|Received disconnect|error in/)
  expect(other.log).not.toMatch(/userauth|Failed|Accepted|Postponed|authenticating user/i)
})

test('a host that shows another type of key than the pinned one has changed', async () => {
  await using connector = await makeConnector()
  const first = await startSshd({ hostKeys: ['rsa'] })
  const { port } = first.asset
  {
    await using known = first
    const { user, privateKey } = known.asset
    await using _connection = await connector.connect({ port, user, privateKey: privateKey.text })
  }
  await using other = await startSshd({ port, hostKeys: ['ed25519'] })
  const { user, privateKey } = other.asset
  const failure = await failureOf(connector.connect({ port, user, privateKey: privateKey.text }))
  expect(failure.code).toBe('ASSET_HOST_KEY_CHANGED')
})

test('the pinned type of key is asked for first, so a host that got more keys has not changed', async () => {
  await using connector = await makeConnector()
  await using sshd = await startSshd({ hostKeys: ['ed25519', 'rsa'] })
  const { port, user, privateKey, publicHostKeys } = sshd.asset
  const rsa = parsePublicKey(publicHostKeys[1] ?? '').getPublicSSH()
  await connector.hostKeys.pin({ host: { host: '127.0.0.1', port }, blob: rsa })
  await using _connection = await connector.connect({ port, user, privateKey: privateKey.text })
  expect(connector.progress).toContainEqual({
    kind: 'host-key',
    verdict: 'known',
    fingerprint: fingerprint(rsa),
  })
})

test('under the strict policy an unknown host is refused with its fingerprint', async () => {
  await using sshd = await startSshd()
  await using connector = await makeConnector('strict')
  const { port, user, privateKey, hostKey } = sshd.asset
  const failure = await failureOf(connector.connect({ port, user, privateKey: privateKey.text }))
  expect(failure.code).toBe('ASSET_HOST_KEY_UNKNOWN')
  expect(failure.facts).toMatchObject({ found: hostKey })
})

test('a port where nobody listens is a refusal', async () => {
  await using connector = await makeConnector()
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  server.close()
  await once(server, 'close')
  const failure = await failureOf(connector.connect({ port, password: 'secret' }))
  expect(failure.code).toBe('ASSET_REFUSED')
  expect(failure.facts).toMatchObject({ asset: 'web-1', address: `127.0.0.1:${port}` })
})

test('a name that does not exist is told as such', async () => {
  await using connector = await makeConnector()
  const network = { resolve: () => Promise.reject(new Error('ENOTFOUND')), ownAddresses: () => [] }
  const failure = await failureOf(
    connector.connect({ port: 22, password: 'secret', asset: { ip: 'no-such-host.invalid' } }, { network }),
  )
  expect(failure.code).toBe('ASSET_NAME')
})

test.each([
  ['an HTTP server', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
  ['SSH 1', 'SSH-1.5-old\r\n'],
  ['binary rubbish', Buffer.alloc(20_000, 0xff)],
])('%s is not taken for SSH', async (_what, banner) => {
  await using connector = await makeConnector()
  const { port } = await serve((socket) => socket.end(banner))
  const failure = await failureOf(connector.connect({ port, password: 'secret' }))
  expect(failure.code).toBe('ASSET_NOT_SSH')
})

test('an endless greeting is cut, not collected', async () => {
  await using connector = await makeConnector()
  const { port, received } = await serve((socket) => {
    const line = Buffer.from('welcome to the machine\r\n'.repeat(100))
    const pour = (): void => {
      while (socket.writable && socket.write(line));
    }
    socket.on('drain', pour)
    pour()
  })
  const failure = await failureOf(connector.connect({ port, password: 'secret' }))
  expect(failure.code).toBe('ASSET_NOT_SSH')
  expect(received()).not.toContain('secret')
})

test('a mute server is given up when the time is over, and the step is named', async () => {
  await using connector = await makeConnector()
  let closed: Promise<unknown> | undefined
  const { port } = await serve((socket) => {
    closed = once(socket, 'close')
  })
  const failure = await failureOf(connector.connect({ port, password: 'secret' }, { timeout: 0.2 }))
  expect(failure.code).toBe('ASSET_STALLED')
  expect(failure.facts['step']).toBe('banner')
  await closed
})

test('a server that stops after its banner is given up in the key exchange', async () => {
  await using connector = await makeConnector()
  const { port } = await serve((socket) => socket.write('SSH-2.0-mute\r\n'))
  const failure = await failureOf(connector.connect({ port, password: 'secret' }, { timeout: 0.2 }))
  expect(failure.code).toBe('ASSET_STALLED')
  expect(failure.facts['step']).toBe('key exchange')
})

test('a server that hangs up after its banner is a lost connection', async () => {
  await using connector = await makeConnector()
  const { port } = await serve((socket) => socket.end('SSH-2.0-short\r\n'))
  const failure = await failureOf(connector.connect({ port, password: 'secret' }))
  expect(failure.code).toBe('ASSET_LOST')
})

test('an order to stop ends the attempt with its reason and closes the socket', async () => {
  await using connector = await makeConnector()
  const stop = new AbortController()
  const reason = new Error('the person left')
  let closed: Promise<unknown> | undefined
  const { port } = await serve((socket) => {
    closed = once(socket, 'close')
    stop.abort(reason)
  })
  await expect(connector.connect({ port, password: 'secret' }, {}, stop.signal)).rejects.toBe(reason)
  await closed
})

test('an order given before the start is obeyed', async () => {
  await using connector = await makeConnector()
  const reason = new Error('too late')
  await expect(
    connector.connect({ port: 1, password: 'secret' }, {}, AbortSignal.abort(reason)),
  ).rejects.toBe(reason)
})

test('what cannot be opened yet is refused, not opened another way', async () => {
  await using connector = await makeConnector()
  const asset = { domain: 'd0000000-0000-4000-8000-000000000001' }
  const codes = [
    await failureOf(connector.connect({ port: 22, password: 'secret', asset })),
    await failureOf(connector.connect({ port: 22, password: 'secret', protocol: 'telnet' })),
    await failureOf(connector.connect({ port: 22, password: 'secret', asset: { protocols: [] } })),
    await failureOf(connector.connect({ port: 22 })),
    await failureOf(connector.connect({ port: 22, user: '', password: 'secret' })),
  ].map(({ code }) => code)
  expect(codes).toEqual([
    'ASSET_GATEWAY',
    'ASSET_PROTOCOL',
    'ASSET_PROTOCOL',
    'ASSET_NO_CREDENTIALS',
    'ASSET_NO_CREDENTIALS',
  ])
  expect(connector.progress).toEqual([])
})

/** A server of the library that refuses every login and keeps what it was sent. */
async function refusingServer(methods: AuthenticationType[]) {
  const { privateKey } = await generateHostKey('ed25519')
  const secrets: string[] = []
  const server = new SshServer({ hostKeys: [privateKey] }, (connection) => {
    connection.on('error', () => undefined)
    connection.on('authentication', (context) => {
      if (context.method === 'password') secrets.push(context.password)
      if (context.method !== 'keyboard-interactive') {
        context.reject(methods)
        return
      }
      const ask = (left: number): void =>
        context.prompt([{ prompt: 'Password: ', echo: false }], (answers) => {
          secrets.push(...answers.filter((answer) => answer !== ''))
          if (left > 0) ask(left - 1)
          else context.reject(methods)
        })
      ask(3)
    })
  })
  onTestFinished(() => void server.close())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { port: address.port, secrets }
}

test.each([
  [['password' as const]],
  [['keyboard-interactive' as const]],
  [['password' as const, 'keyboard-interactive' as const]],
])('a server that asks again and again by %j gets the password once', async (methods) => {
  await using connector = await makeConnector()
  const { port, secrets } = await refusingServer(methods)
  const failure = await failureOf(connector.connect({ port, password: 'the secret' }))
  expect(failure.code).toBe('ASSET_AUTH')
  expect(secrets).toEqual(['the secret'])
})

test('a server that takes no password is not sent one', async () => {
  await using connector = await makeConnector()
  const { port, secrets } = await refusingServer(['publickey'])
  const failure = await failureOf(connector.connect({ port, password: 'the secret' }))
  expect(failure.facts).toMatchObject({ tried: '-', offered: 'publickey' })
  expect(secrets).toEqual([])
})

test('an asset that goes silent without a word is dead after some signs of life that do not come', async () => {
  await using sshd = await startSshd()
  await using connector = await makeConnector()
  const { user, privateKey } = sshd.asset
  const far: Socket[] = []
  const { port } = await serve((socket) => {
    const asset = connect(sshd.asset.port, '127.0.0.1').on('error', () => undefined)
    far.push(asset)
    socket.pipe(asset).pipe(socket)
    socket.once('close', () => asset.destroy())
  })
  await using connection = await connector.connect(
    { port, user, privateKey: privateKey.text },
    { keepalive: 0.05 },
  )
  for (const asset of far) asset.unpipe()
  const { cause } = await connection.closed
  expect(String(cause)).toContain('Keepalive timeout')
})

test('the end of one connection leaves another to the same asset alone', async () => {
  await using sshd = await startSshd()
  await using connector = await makeConnector()
  const { port, user, privateKey } = sshd.asset
  const login = { port, user, privateKey: privateKey.text }
  await using kept = await connector.connect(login)
  const broken = await connector.connect(login)
  const channel = await kept.exec('cat', undefined)
  await broken[Symbol.asyncDispose]()
  channel.input.end('still there')
  channel.errors.resume()
  expect(await text(channel.output)).toBe('still there')
})

test('an asset that dies ends its channels, and `closed` tells', async () => {
  const sshd = await startSshd()
  await using connector = await makeConnector()
  const { port, user, privateKey } = sshd.asset
  await using connection = await connector.connect({ port, user, privateKey: privateKey.text })
  const channel = await connection.exec('echo started; sleep 600', undefined)
  channel.output.once('data', () => void sshd[Symbol.asyncDispose]())
  channel.output.resume()
  channel.errors.resume()
  expect(await channel.closed).toEqual({ kind: 'none' })
  await connection.closed
  await expect(connection.exec('true', undefined)).rejects.toMatchObject({
    code: 'ASSET_CHANNEL',
    facts: { asset: 'web-1' },
  })
})

test('closing a connection leaves no timer behind that keeps the clock busy', async () => {
  await using sshd = await startSshd()
  await using connector = await makeConnector()
  const { port, user, privateKey } = sshd.asset
  let timers = 0
  const clock = {
    ...systemClock,
    after(ms: number, task: () => void): Disposable {
      const timer = systemClock.after(ms, task)
      timers++
      return {
        [Symbol.dispose]: () => {
          timers--
          timer[Symbol.dispose]()
        },
      }
    },
  }
  const connection = await connector.connect({ port, user, privateKey: privateKey.text }, { clock })
  const channel = await connection.exec('true', undefined)
  channel.output.resume()
  channel.errors.resume()
  await channel.closed
  await connection[Symbol.asyncDispose]()
  expect(timers).toBe(0)
})
