import { expect, test } from 'vitest'
import { Fault } from '../../../src/base/fault.ts'
import { channelRequest, closeChannel, openSession, rawChannels } from '../../fixtures/raw-channels.ts'
import { sshString } from '../../fixtures/raw-ssh.ts'
import { openDoor } from './door.ts'

const direct = { user: 'alice#web-9', password: 'right' }
const countOf = (received: readonly string[], name: string): number =>
  received.filter((message) => message.startsWith(name)).length

test('closing an empty channel again and again makes no room for more channels', async () => {
  await using door = await openDoor()
  await using raw = await rawChannels({ port: door.port, ...direct })
  raw.send(openSession({ sender: 0 }))
  for (let i = 0; i < 50; i += 1) raw.send(closeChannel(0))
  for (let i = 1; i <= 20; i += 1) raw.send(openSession({ sender: i }))
  await expect.poll(() => raw.received).toContain('CHANNEL_OPEN_FAILURE 20')
  expect(countOf(raw.received, 'CHANNEL_OPEN_CONFIRMATION')).toBe(1 + 10)
  expect(countOf(raw.received, 'CHANNEL_OPEN_FAILURE')).toBe(10)
})

test('a client that asks for thousands of channels writes one line into the log', async () => {
  await using door = await openDoor()
  await using raw = await rawChannels({ port: door.port, ...direct })
  for (let i = 0; i < 2000; i += 1) raw.send(openSession({ sender: i }))
  await expect.poll(() => raw.received).toContain('CHANNEL_OPEN_FAILURE 1999')
  expect(door.lines.filter(({ msg }) => msg === 'a channel too many was refused')).toHaveLength(1)
})

test('the close of an empty channel is answered, and the channel is gone', async () => {
  await using door = await openDoor()
  await using raw = await rawChannels({ port: door.port, ...direct })
  raw.send(openSession({ sender: 7 }))
  raw.send(closeChannel(0))
  await expect.poll(() => raw.received).toContain('CHANNEL_CLOSE 7')
  raw.send(channelRequest(0, 'exec', sshString('late')))
  raw.send(openSession({ sender: 8 }))
  await expect.poll(() => raw.received).toContain('CHANNEL_OPEN_CONFIRMATION 8')
  expect(raw.received).toEqual([
    'CHANNEL_OPEN_CONFIRMATION 7',
    'CHANNEL_CLOSE 7',
    'CHANNEL_OPEN_CONFIRMATION 8',
  ])
})

test('a command with a NUL is refused: what would be recorded is not what would be run', async () => {
  await using door = await openDoor()
  await using raw = await rawChannels({ port: door.port, ...direct })
  raw.send(openSession({ sender: 0 }))
  raw.send(channelRequest(0, 'exec', sshString('uptime\0; and more')))
  await expect.poll(() => raw.received).toContain('CHANNEL_FAILURE 0')
  expect(raw.received).not.toContain('CHANNEL_DATA 0')
})

test('what an asset or a person does wrong is no error in the log', async () => {
  await using door = await openDoor({
    handlers: {
      onShell: ({ terminal }) =>
        new Promise((_, reject) => terminal.gone.addEventListener('abort', () => reject(new Error('left')))),
      onExec: () => Promise.reject(new Fault('X', { step: 'connect', message: 'no asset', next: '' })),
    },
  })
  {
    await using raw = await rawChannels({ port: door.port, ...direct })
    raw.send(openSession({ sender: 0 }))
    raw.send(channelRequest(0, 'exec', sshString('x')))
    await expect.poll(() => raw.received).toContain('CHANNEL_CLOSE 0')
    raw.send(openSession({ sender: 1 }))
    raw.send(channelRequest(1, 'shell'))
    await expect.poll(() => raw.received).toContain('CHANNEL_SUCCESS 1')
  }
  await expect.poll(() => door.lines.find(({ msg }) => msg === 'a visit was left')).toBeDefined()
  expect(door.lines.find(({ msg }) => msg === 'a visit failed')).toMatchObject({ level: 40 })
  expect(door.lines.filter(({ level }) => Number(level) > 40)).toEqual([])
})
