import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Duplex, duplexPair, type Readable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { hunks, revision } from '../../../patches/ssh2.mjs'
import { patchSsh2 } from '../../../scripts/patch-ssh2.mjs'
import { channelInternals, connectionInternals } from '../../../src/ssh2/internals.ts'
import { generateHostKey } from '../../../src/ssh2/keys.ts'
import { Client, PATCH_REVISION, requirePatch, Server, type SshClient } from '../../../src/ssh2/library.ts'
import { sendPayload } from '../../../src/ssh2/server-messages.ts'
import { ssh2Pair, ssh2Server } from '../../fixtures/ssh2-pair.ts'

const project = join(import.meta.dirname, '../../..')
const MB = 1024 * 1024

/** A private copy of the library; `unpatch` takes every hunk back. */
function copyOfLibrary() {
  const root = mkdtempSync(join(tmpdir(), 'cocod-patch-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  const library = join(root, 'node_modules/ssh2')
  mkdirSync(library, { recursive: true })
  for (const part of ['lib', 'package.json']) {
    cpSync(join(project, 'node_modules/ssh2', part), join(library, part), { recursive: true })
  }
  const read = (): string[] => hunks.map(({ file }) => readFileSync(join(library, file), 'utf8'))
  const edit = (file: string, change: (text: string) => string): void =>
    writeFileSync(join(library, file), change(readFileSync(join(library, file), 'utf8')))
  const unpatch = (): void => {
    for (const { file, find, replace } of hunks) edit(file, (text) => text.replaceAll(replace, () => find))
  }
  return { root, read, edit, unpatch }
}

test('the patch turns the released library into the one that is used, once', () => {
  const copy = copyOfLibrary()
  const used = copy.read()
  copy.unpatch()
  expect(copy.read()).not.toEqual(used)
  expect(patchSsh2(copy.root)).toBe('applied')
  expect(copy.read()).toEqual(used)
  expect(patchSsh2(copy.root)).toBe('already applied')
  expect(copy.read()).toEqual(used)
})

test('the patch tells npm to pack nothing that was compiled on this machine', () => {
  const copy = copyOfLibrary()
  copy.edit('package.json', (text) => text.replace(/"files": \[[^\]]*\]/, '"files": ["lib"]'))
  patchSsh2(copy.root)
  const manifest = readFileSync(join(copy.root, 'node_modules/ssh2/package.json'), 'utf8')
  expect(manifest).toContain('"lib/protocol/crypto/src"')
  expect(manifest).not.toContain('"lib"')
  expect(manifest).not.toContain('crypto/build')
})

test('another version or a changed file is refused with what to do, and nothing is written', () => {
  const copy = copyOfLibrary()
  copy.unpatch()
  copy.edit('lib/server.js', (text) =>
    text.replace('channel.incoming.window === 0', 'channel.incoming.window < 1'),
  )
  const before = copy.read()
  expect(() => patchSsh2(copy.root)).toThrow(/lib\/server\.js .*npm ci/)
  expect(copy.read()).toEqual(before)
  copy.edit('package.json', (text) => text.replace('"1.17.0"', '"1.99.0"'))
  expect(() => patchSsh2(copy.root)).toThrow(/1\.99\.0 is installed.*1\.17\.0.*npm ci/)
})

test('where ssh2 is not installed the patch does nothing', () => {
  const root = mkdtempSync(join(tmpdir(), 'cocod-patch-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  expect(patchSsh2(root)).toBe('absent')
})

test('the command says what it did and fails with a sentence', () => {
  const copy = copyOfLibrary()
  const run = () =>
    spawnSync(process.execPath, [join(project, 'scripts/patch-ssh2.mjs'), copy.root], { encoding: 'utf8' })
  expect(run().stdout).toBe('ssh2 patch: already applied\n')
  copy.edit('package.json', (text) => text.replace('"1.17.0"', '"2.0.0"'))
  const { status, stderr } = run()
  expect(status).toBe(1)
  expect(stderr).toMatch(/^ssh2 patch: ssh2 2\.0\.0 .*npm ci\n$/)
})

test('an unpatched library, or one with another patch, is refused at import', () => {
  expect(PATCH_REVISION).toBe(revision)
  expect(() => requirePatch({ cocodPatch: revision })).not.toThrow()
  expect(() => requirePatch({})).toThrow(/not patched/)
  expect(() => requirePatch({ cocodPatch: revision + 1 })).toThrow(/another version/)
})

test('every hunk says why, where it was reported, and which test would fail without it', () => {
  for (const { reason, upstream, test: file } of hunks) {
    expect(reason.length).toBeGreaterThan(20)
    expect(upstream).not.toBe('')
    expect(existsSync(join(project, file))).toBe(true)
  }
})

/** Calls a method of the library's protocol layer for this channel, behind the checks of its public face. */
function protocolCall(channel: object, method: string, ...args: unknown[]): void {
  const { _client, outgoing } = channelInternals(channel)
  const call: unknown = Reflect.get(_client._protocol, method)
  if (typeof call !== 'function') throw new Error(`no ${method}`)
  Reflect.apply(call, _client._protocol, [outgoing.id, ...args])
}

/** What the peer may still send. */
const windowOf = (channel: object): number => channelInternals(channel).outgoing.window

/** The text of the first error; the library may tell the same again with each further packet. */
const errorOf = (client: SshClient): Promise<string> =>
  new Promise((resolve) => client.on('error', (error) => resolve(String(error))))

test('a server that sends beyond the window ends its connection instead of filling the memory', async () => {
  await using pair = await ssh2Pair()
  const failed = errorOf(pair.client)
  for (let sent = 0; sent < 4 * MB; sent += 32_768) {
    protocolCall(pair.far, 'channelData', Buffer.alloc(32_768))
  }
  expect(await failed).toContain('beyond the channel window')
  expect(pair.near.readableLength).toBeLessThanOrEqual(2 * MB)
})

test('the same beyond the window of the error stream', async () => {
  await using pair = await ssh2Pair()
  const failed = errorOf(pair.client)
  for (let sent = 0; sent < 4 * MB; sent += 32_768) {
    protocolCall(pair.far, 'channelExtData', Buffer.alloc(32_768), 1)
  }
  expect(await failed).toContain('beyond the channel window')
})

test('a client that sends beyond the window ends its connection', async () => {
  await using pair = await ssh2Pair()
  for (let sent = 0; sent < 4 * MB; sent += 32_768) {
    protocolCall(pair.near, 'channelData', Buffer.alloc(32_768))
  }
  await once(pair.client, 'close')
  expect(pair.far.readableLength).toBeLessThanOrEqual(2 * MB)
})

test('unread output is not granted again because errors are read', async () => {
  await using pair = await ssh2Pair()
  let errors = 0
  pair.near.stderr.on('data', (bytes: Buffer) => {
    errors += bytes.length
  })
  // An honest peer: never more than the window, mostly output.
  for (let round = 0; round < 40; round++) {
    const size = Math.min(windowOf(pair.far) - 1, 256 * 1024)
    if (size > 0) {
      await new Promise<void>((resolve) => pair.far.write(Buffer.alloc(size), () => resolve()))
      await new Promise<void>((resolve) => pair.far.stderr.write(Buffer.alloc(1), () => resolve()))
    }
    for (let turn = 0; turn < 5; turn++) await nextTurn()
  }
  expect(errors).toBeGreaterThan(0)
  expect(pair.near.readableLength + windowOf(pair.far)).toBeLessThanOrEqual(2 * MB)
})

test.each([
  ['errors', 64 * 1024],
  ['output', 2 * MB - 64 * 1024],
])('when a full window is read, the %s first, it opens again', async (first, errorBytes) => {
  await using pair = await ssh2Pair()
  const { near, far } = pair
  far.write(Buffer.alloc(2 * MB - errorBytes))
  far.stderr.write(Buffer.alloc(errorBytes))
  while (near.readableLength + near.stderr.readableLength < 2 * MB) await nextTurn()
  expect(windowOf(far)).toBe(0)
  let read = 0
  const drain = async (stream: Readable): Promise<void> => {
    stream.on('data', (bytes: Buffer) => {
      read += bytes.length
    })
    while (stream.readableLength > 0) await nextTurn()
  }
  await drain(first === 'errors' ? near.stderr : near)
  await drain(first === 'errors' ? near : near.stderr)
  far.write(Buffer.alloc(6 * MB))
  while (read < 8 * MB) await nextTurn()
  expect(read).toBe(8 * MB)
})

test('reading a little at a time neither stalls nor overfills', async () => {
  await using pair = await ssh2Pair()
  pair.far.write(Buffer.alloc(8 * MB))
  let read = 0
  while (read < 8 * MB) {
    const bytes: unknown = pair.near.read(10_000) ?? pair.near.read()
    if (Buffer.isBuffer(bytes)) read += bytes.length
    else await once(pair.near, 'readable')
    expect(pair.near.readableLength).toBeLessThanOrEqual(2 * MB)
  }
  expect(read).toBe(8 * MB)
})

test('a server of ours lists every algorithm for user keys, and none with SHA-1', async () => {
  await using server = await ssh2Server(() => undefined)
  const client = new Client()
  client.on('error', () => undefined)
  client.connect({ host: '127.0.0.1', port: server.port, username: 'test', hostVerifier: () => true })
  const handlers: unknown = Reflect.get(connectionInternals(client)._protocol, '_handlers')
  const handle: unknown = Reflect.get(Object(handlers), 'EXT_INFO')
  const algorithms = new Promise<unknown>((resolve) => {
    Reflect.set(Object(handlers), 'EXT_INFO', (self: unknown, extensions: unknown) => {
      if (typeof handle === 'function') Reflect.apply(handle, undefined, [self, extensions])
      resolve(extensions)
    })
  })
  expect(await algorithms).toEqual([
    {
      name: 'server-sig-algs',
      algs: [
        ...['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521'],
        ...['rsa-sha2-512', 'rsa-sha2-256'],
      ],
    },
  ])
  client.end()
})

/** Passes the first bytes of a stream one by one, the rest as they come. */
function drip(from: Duplex, to: Duplex, bytes: number): void {
  let left = bytes
  from.on('data', (chunk: Buffer) => {
    const head = chunk.subarray(0, left)
    left -= head.length
    for (const byte of head) to.write(Buffer.of(byte))
    if (chunk.length > head.length) to.write(chunk.subarray(head.length))
  })
}

test('an identification line that comes byte by byte is understood, on both sides', async () => {
  const { privateKey } = await generateHostKey('ed25519')
  const server = new Server({ hostKeys: [privateKey] }, (connection) => {
    connection.on('error', () => undefined).on('authentication', (context) => context.accept())
  })
  const [clientSide, clientLink] = duplexPair()
  const [serverSide, serverLink] = duplexPair()
  drip(clientLink, serverLink, 20)
  drip(serverLink, clientLink, 20)
  // Its types want a socket, itself it takes any stream.
  Reflect.apply(server.injectSocket, server, [serverSide])
  const client = new Client()
  client.connect({ sock: clientSide, username: 'test', hostVerifier: () => true })
  await once(client, 'ready')
  client.destroy()
})

test('what a server sends instead of an identification line is bounded', async () => {
  const [clientSide, far] = duplexPair()
  const client = new Client()
  const failed = errorOf(client)
  client.connect({ sock: clientSide, username: 'test', hostVerifier: () => true })
  for (let sent = 0; sent < 20_000; sent += 50) far.write(`${'-'.repeat(48)}\r\n`)
  expect(await failed).toContain('Greeting too long')
  client.destroy()
})

/** An IGNORE message (RFC 4253 section 11.2) with so much in it. */
function ignore(bytes: number): Buffer {
  const payload = Buffer.alloc(5 + bytes)
  payload[0] = 2
  payload.writeUInt32BE(bytes, 1)
  return payload
}

test.each(['aes128-gcm@openssh.com', 'aes256-ctr', 'chacha20-poly1305@openssh.com'] as const)(
  'a client takes a packet as large as a whole window with %s, a server only 256 KiB',
  async (cipher) => {
    await using pair = await ssh2Pair({ cipher })
    sendPayload(channelInternals(pair.far)._client, ignore(2 * MB + 4))
    pair.far.write('still here')
    expect(String(await once(pair.near, 'data'))).toBe('still here')
    const closed = once(pair.client, 'close')
    sendPayload(pair.client, ignore(263_000))
    await closed
  },
)

test('before keys are agreed a packet of more than 35,000 bytes is not waited for', async () => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.write('SSH-2.0-large\r\n')
    const head = Buffer.alloc(8)
    head.writeUInt32BE(40_004)
    socket.write(head)
  })
  onTestFinished(() => void server.close())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const client = new Client()
  const failed = errorOf(client)
  client.connect({ host: '127.0.0.1', port, username: 'test', hostVerifier: () => true })
  expect(await failed).toContain('Bad packet length')
  client.destroy()
})
