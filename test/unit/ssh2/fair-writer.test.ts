import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { buffer } from 'node:stream/consumers'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { writeFairly } from '../../../src/ssh2/fair-writer.ts'
import { channelInternals, connectionInternals } from '../../../src/ssh2/internals.ts'
import type { ServerChannel } from '../../../src/ssh2/library.ts'
import { ssh2Pair, ssh2Server } from '../../fixtures/ssh2-pair.ts'

const MB = 1024 * 1024

/** Bytes the connection of a channel holds unsent. */
const unsentOf = (channel: object): number => channelInternals(channel)._client._sock.writableLength

/** The peer opens its window by this much, far beyond what the library does by itself. */
function openWindow(near: object, bytes: number): void {
  const { _client, outgoing } = channelInternals(near)
  const adjust: unknown = Reflect.get(_client._protocol, 'channelWindowAdjust')
  if (typeof adjust !== 'function') throw new Error('no channelWindowAdjust')
  Reflect.apply(adjust, _client._protocol, [outgoing.id, bytes])
}

/** The real OpenSSH client runs a "command" on our server. */
async function openssh(port: number): Promise<{ output: Buffer; errors: Buffer; code: unknown }> {
  const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR']
  const ssh = spawn(
    'ssh',
    ['-F', 'none', '-p', String(port), ...options.flatMap((each) => ['-o', each]), 'test@127.0.0.1', 'x'],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const ended = new Promise<unknown>((resolve) => ssh.once('close', (code) => resolve(code)))
  const [output, errors] = await Promise.all([buffer(ssh.stdout), buffer(ssh.stderr)])
  return { output, errors, code: await ended }
}

/** Ends a server's channel as it must be done: all written, then the status, then the end. */
function finish(channel: ServerChannel, code: number): void {
  channel.stderr.write(Buffer.alloc(0), () => {
    channel.write(Buffer.alloc(0), () => {
      channel.exit(code)
      channel.end()
    })
  })
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))

test.each([
  ['at once', false],
  ['one after the other', true],
])('8 MB of output and 8 MB of errors, %s, reach OpenSSH exactly', async (_how, sequential) => {
  await using server = await ssh2Server((channel) => {
    writeFairly(channel)
    const [output, errors] = [Buffer.alloc(8 * MB, 'o'), Buffer.alloc(8 * MB, 'e')]
    if (sequential) {
      channel.write(output, () => {
        channel.stderr.write(errors)
        finish(channel, 3)
      })
      return
    }
    for (let at = 0; at < 8 * MB; at += 100_000) {
      channel.write(output.subarray(at, at + 100_000))
      channel.stderr.write(errors.subarray(at, at + 100_000))
    }
    finish(channel, 3)
  })
  const { output, errors, code } = await openssh(server.port)
  expect(output.equals(Buffer.alloc(8 * MB, 'o'))).toBe(true)
  expect(errors.equals(Buffer.alloc(8 * MB, 'e'))).toBe(true)
  expect(code).toBe(3)
})

test('a peer with a 1 GiB window that stops reading makes us hold little, and gets all when it goes on', async () => {
  await using pair = await ssh2Pair()
  writeFairly(pair.far)
  openWindow(pair.near, 1024 * MB)
  await nextTurn()
  const socket = connectionInternals(pair.client)._sock
  socket.pause()
  const block = Buffer.alloc(64 * 1024, 7)
  let taken = 0
  const total = 64 * MB
  for (let at = 0; at < total; at += block.length) {
    pair.far.write(block, () => {
      taken += block.length
    })
    await nextTurn()
    expect(unsentOf(pair.far)).toBeLessThan(2 * MB)
  }
  // What the kernel's buffers take is gone; the rest waits in the stream, which said so to its writer.
  expect(taken).toBeLessThan(32 * MB)
  expect(pair.far.writableNeedDrain).toBe(true)
  socket.resume()
  let received = 0
  pair.near.on('data', (bytes: Buffer) => {
    received += bytes.length
  })
  while (received < total) await once(pair.near, 'data')
  expect(received).toBe(total)
})

test('while keys are exchanged nothing is handed to the library, which would queue it without bound', async () => {
  await using pair = await ssh2Pair()
  writeFairly(pair.far)
  const connection = channelInternals(pair.far)._client
  const rekey: unknown = Reflect.get(connection, 'rekey')
  if (typeof rekey !== 'function') throw new Error('no rekey')
  const protocol = connection._protocol
  const send = protocol.channelData.bind(protocol)
  let queued = 0
  protocol.channelData = (id, data) => {
    if (protocol._kexinit !== undefined) queued += data.length
    send(id, data)
  }
  const rekeyed = once(pair.client, 'handshake')
  Reflect.apply(rekey, connection, [])
  expect(protocol._kexinit).toBeDefined()
  pair.far.write(Buffer.alloc(8 * MB, 1))
  let received = 0
  pair.near.on('data', (bytes: Buffer) => {
    received += bytes.length
  })
  await rekeyed
  while (received < 8 * MB) await once(pair.near, 'data')
  expect(received).toBe(8 * MB)
  expect(queued).toBe(0)
})

test('the signal fires when the peer closes the channel, though nobody reads, and waiting writes are let go', async () => {
  await using pair = await ssh2Pair()
  const closed = writeFairly(pair.far)
  pair.near.write('something unread')
  let done = 0
  pair.far.write(Buffer.alloc(8 * MB), () => done++)
  pair.far.write('more', () => done++)
  expect(closed.aborted).toBe(false)
  const fired = aborted(closed)
  pair.near.close()
  await fired
  await nextTurn()
  expect(done).toBe(2)
})

test('the signal fires when the connection breaks, and later writes do not hang', async () => {
  await using pair = await ssh2Pair()
  const closed = writeFairly(pair.far)
  pair.far.on('error', () => undefined)
  let done = 0
  pair.far.write(Buffer.alloc(8 * MB), () => done++)
  const fired = aborted(closed)
  connectionInternals(pair.client)._sock.destroy()
  await fired
  await nextTurn()
  expect(done).toBe(1)
  pair.far.write('late', () => done++)
  while (done < 2) await nextTurn()
})

test('a peer that asks for packets of one byte gets a few of them in each turn', async () => {
  await using pair = await ssh2Pair()
  Reflect.set(channelInternals(pair.far).outgoing, 'packetSize', 1)
  writeFairly(pair.far)
  const protocol = channelInternals(pair.far)._client._protocol
  const send = protocol.channelData.bind(protocol)
  let inTurn = 0
  let most = 0
  protocol.channelData = (id, data) => {
    inTurn += 1
    most = Math.max(most, inTurn)
    send(id, data)
  }
  let done = false
  pair.near.resume()
  pair.far.write(Buffer.alloc(10_000), () => {
    done = true
  })
  while (!done) {
    await nextTurn()
    inTurn = 0
  }
  expect(most).toBeLessThanOrEqual(2 * 64)
})
