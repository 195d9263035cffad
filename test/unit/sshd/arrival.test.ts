import { once } from 'node:events'
import { expect, test } from 'vitest'
import { ManualClock } from '../../fixtures/manual-clock.ts'
import { rawSocket } from '../../fixtures/raw-socket.ts'
import { rawSsh } from '../../fixtures/raw-ssh.ts'
import { runSsh, sshClient } from '../../fixtures/ssh-client.ts'
import { type Door, greet, openDoor } from './door.ts'

const IDENT = 'SSH-2.0-Test_1.0 with a comment\r\n'
const SERVER_IDENT = 'SSH-2.0-cocod\r\n'
/** The key exchange has begun: a packet of type 20 after the server's line. */
const hasKexinit = (bytes: Buffer): boolean =>
  bytes.length > SERVER_IDENT.length + 6 && bytes[SERVER_IDENT.length + 5] === 20

const stillWorks = async (door: Door): Promise<void> => {
  const run = await runSsh({ port: door.port, user: 'alice', password: 'right' })
  expect(run.stdout.toString()).toContain('hello Alice')
}

test('the server says who it is before the client has said anything', async () => {
  await using door = await openDoor()
  await using raw = await rawSocket(door.port)
  expect((await raw.until((bytes) => bytes.includes('\n'))).toString()).toBe(SERVER_IDENT)
})

test.each([
  ['in one piece', [IDENT]],
  ['in three pieces', ['SSH-2', '.0-Test_1.0 with', ' a comment\r\n']],
  ['byte by byte', [...IDENT]],
  ['ended by LF alone', ['SSH-2.0-Test\n']],
])('an identification line %s begins the key exchange, and ours is sent once', async (_what, pieces) => {
  await using door = await openDoor()
  await using raw = await rawSocket(door.port)
  await raw.until((bytes) => bytes.includes('\n')) // accepted: from here on every piece arrives alone
  for (const piece of pieces) await raw.piece(piece)
  const bytes = await raw.until(hasKexinit)
  expect(bytes.subarray(0, SERVER_IDENT.length).toString()).toBe(SERVER_IDENT)
})

test.each([
  ['HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
  ['a TLS hello', Buffer.from('16030100c8010000c40303', 'hex')],
  ['zeros', Buffer.alloc(4096)],
  ['an endless line', Buffer.from(`SSH-2.0-${'x'.repeat(1000)}`)],
  ['SSH 1', Buffer.from('SSH-1.5-Old\r\n')],
  ['a line before the identification', Buffer.from('hello\r\nSSH-2.0-Test\r\n')],
])('%s is closed with one quiet line in the log, escaped', async (_what, junk) => {
  await using door = await openDoor()
  await using raw = await rawSocket(door.port)
  await raw.piece(junk)
  await raw.closed
  expect(raw.received().toString()).toBe(SERVER_IDENT)
  expect(door.lines.filter(({ msg }) => msg === 'not an SSH client')).toHaveLength(1)
  expect(door.lines.filter(({ level }) => Number(level) > 20)).toEqual([])
  expect(JSON.stringify(door.lines)).not.toMatch(/\\u00[01]/)
})

test.each([
  ['0xff', Buffer.alloc(64, 0xff)],
  ['a packet with impossible padding', Buffer.from('0000000cff1400000000000000000000', 'hex')],
  ['zeros', Buffer.alloc(64)],
])('garbage after the identification (%s) ends that connection and nothing else', async (_what, garbage) => {
  await using door = await openDoor()
  await using raw = await rawSocket(door.port)
  await raw.piece(IDENT)
  await raw.until(hasKexinit)
  await raw.piece(garbage)
  raw.socket.end()
  await raw.closed
  await stillWorks(door)
})

test('a peer that keeps its side of a broken connection open is cut after a second', async () => {
  const clock = new ManualClock()
  await using door = await openDoor({ clock })
  await using raw = await rawSocket(door.port, { allowHalfOpen: true })
  const ended = once(raw.socket, 'end')
  await raw.piece(IDENT)
  await raw.until(hasKexinit)
  await raw.piece(Buffer.alloc(64, 0xff))
  await ended
  expect(door.sshd.connections.all).toBe(1)
  clock.advance(1000)
  await expect.poll(() => door.sshd.connections.all).toBe(0)
})

test.each([
  ['says nothing', []],
  ['stops in its identification', ['SSH-2.0-Te']],
  ['stops in the key exchange', [IDENT]],
])('a client that %s is cut after 60 seconds', async (_what, pieces) => {
  const clock = new ManualClock()
  await using door = await openDoor({ clock })
  await using raw = await rawSocket(door.port)
  for (const piece of pieces) await raw.piece(piece)
  await raw.until((bytes) => bytes.includes('\n'))
  clock.advance(59_999)
  expect(door.sshd.connections).toEqual({ all: 1, unauthenticated: 1 })
  clock.advance(1)
  await raw.closed
})

test('a client that stops in the login is cut after 60 seconds', async () => {
  const clock = new ManualClock()
  await using door = await openDoor({ clock })
  await using raw = await rawSsh({ port: door.port })
  clock.advance(60_000)
  expect(await raw.next()).toMatchObject({ kind: 'closed' })
})

test('after the login no timer is left, and the session goes on', async () => {
  const clock = new ManualClock()
  await using door = await openDoor({
    clock,
    handlers: {
      ...greet,
      onShell: async ({ terminal }) => {
        terminal.output.write('ready')
        await new Promise((resolve) => terminal.input.once('data', resolve))
        return { kind: 'status', code: 3 }
      },
    },
  })
  await using ssh = await sshClient({ port: door.port, user: 'alice', password: 'right' })
  await ssh.untilScreen(/ready/)
  expect(clock.pending).toBe(0)
  expect(door.sshd.connections).toEqual({ all: 1, unauthenticated: 0 })
  clock.advance(3_600_000)
  ssh.type('x')
  expect(await ssh.closed).toBe(3)
})

test('at the limit of one address its oldest stranger goes, and the newcomer gets in', async () => {
  await using door = await openDoor({ maxUnauthenticatedPerSource: 2 })
  await using first = await rawSocket(door.port)
  await first.until((bytes) => bytes.includes('\n'))
  await using second = await rawSocket(door.port)
  await second.until((bytes) => bytes.includes('\n'))
  await stillWorks(door)
  await first.closed
  expect(second.socket.destroyed).toBe(false)
})

test('a hundred strangers who came and went leave nothing', async () => {
  const clock = new ManualClock()
  await using door = await openDoor({ clock })
  for (let i = 0; i < 100; i += 1) {
    await using raw = await rawSocket(door.port)
    await raw.piece(i % 2 ? IDENT : 'junk')
    raw.socket.end()
    await raw.closed
  }
  await expect.poll(() => door.sshd.connections.all).toBe(0)
  expect(door.sshd.connections.unauthenticated).toBe(0)
  expect(clock.pending).toBe(0)
})
