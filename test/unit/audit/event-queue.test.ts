import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setImmediate } from 'node:timers/promises'
import Database from 'libsql'
import { expect, onTestFinished, test } from 'vitest'
import { EventQueue, type EventSink } from '../../../src/audit/event-queue.ts'
import { EventStore, EventStoreError } from '../../../src/audit/event-store.ts'
import { syslogSink } from '../../../src/audit/syslog-sink.ts'
import { webhookSink } from '../../../src/audit/webhook-sink.ts'
import { Secret } from '../../../src/base/secret.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'
import { temporaryDirectory } from '../../fixtures/temporary-directory.ts'

const event = (name: string): string =>
  JSON.stringify({ time: '2026-01-01T00:00:00.000Z', event: name, user: '爱丽丝' })

async function directory(): Promise<string> {
  const made = await temporaryDirectory()
  onTestFinished(() => made[Symbol.asyncDispose]())
  return made.path
}

function storeAt(place: string, most?: number): EventStore {
  const store = new EventStore({
    path: join(place, 'events.db'),
    sinks: ['test'],
    ...(most !== undefined && { most }),
  })
  onTestFinished(() => store[Symbol.dispose]())
  return store
}

function queueOf(store: EventStore, send: EventSink['send']) {
  const clock = new ManualClock()
  const news: unknown[] = []
  const queue = new EventQueue({
    sink: { name: 'test', send },
    store,
    clock,
    onTrouble: () => news.push('trouble'),
    onRecovered: (lost) => news.push({ lost }),
  })
  return { clock, news, queue }
}

const numbers = (count: number): readonly string[] => Array.from({ length: count }, (_, at) => String(at))
const ever = new AbortController().signal

test('events go out in order, and again after a failure, each once', async () => {
  const taken: string[] = []
  let fail = true
  const store = storeAt(await directory())
  const { clock, news, queue } = queueOf(store, async (lines) => {
    if (fail) throw new Error('down')
    taken.push(...lines)
  })
  queue.wake() // there is nothing yet
  store.add(numbers(250))
  queue.wake()
  await setImmediate()
  expect(taken).toEqual([])
  fail = false
  clock.advance(60_000)
  await queue.close(ever)
  expect(taken).toEqual(numbers(250))
  expect(news).toEqual(['trouble', { lost: 0 }])
  expect(store.waiting('test')).toBe(0)
})

test('above its bound the oldest are lost, and counted', async () => {
  const taken: string[] = []
  const store = storeAt(await directory(), 100)
  const { news, queue } = queueOf(store, async (lines) => void taken.push(...lines))
  store.add(numbers(125))
  queue.wake()
  await queue.close(ever)
  expect(taken).toEqual(numbers(125).slice(25))
  expect(news).toEqual([{ lost: 25 }])
})

test('a stop does not wait for a receiver that is down, and the next start sends what it did not take', async () => {
  const place = await directory()
  const before = storeAt(place)
  const { queue } = queueOf(before, (lines) =>
    lines.includes('5') ? Promise.reject(new Error('down')) : Promise.resolve(),
  )
  before.add(numbers(3))
  queue.wake()
  while (before.waiting('test') > 0) await setImmediate()
  before.add(['4', '5'])
  queue.wake()
  await queue.close(AbortSignal.abort())
  before[Symbol.dispose]()
  const taken: string[] = []
  const after = storeAt(place)
  const { queue: again } = queueOf(after, async (lines) => void taken.push(...lines))
  again.wake()
  await again.close(ever)
  expect(taken).toEqual(['4', '5'])
})

test('a receiver that is new gets what comes from now on, and one that is gone holds nothing up', async () => {
  const path = join(await directory(), 'events.db')
  {
    using store = new EventStore({ path, sinks: ['old'] })
    store.add(['before'])
  }
  using store = new EventStore({ path, sinks: ['new'] })
  store.add(['after'])
  expect(store.next('new', 10).map(({ line }) => line)).toEqual(['after'])
  store.taken('new', store.next('new', 10)[0]?.id ?? 0)
  expect(store.next('old', 10)).toEqual([])
})

test('a file of a newer version, or none of SQLite, is refused with what to do', async () => {
  const path = join(await directory(), 'events.db')
  const made = new Database(path)
  made.exec('PRAGMA user_version = 99')
  made.close()
  expect(() => new EventStore({ path, sinks: [] })).toThrow(/newer cocod \(format 99/)
  const other = join(await directory(), 'events.db')
  writeFileSync(other, 'this is no database, however long it is '.repeat(200))
  expect(() => new EventStore({ path: other, sinks: [] })).toThrow(EventStoreError)
})

test('a webhook gets a batch as JSON with its token; what is not taken is an error without the token', async () => {
  const seen: { request: IncomingMessage; body: string }[] = []
  let status = 204
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      seen.push({ request, body })
      response.writeHead(status).end()
    })
  })
  onTestFinished(() => void server.close())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const sink = webhookSink(`http://127.0.0.1:${port}/hook`, new Secret('canary-token'))
  const { signal } = new AbortController()
  await sink.send([event('login'), event('session-begin')], signal)
  expect(seen[0]?.request.headers.authorization).toBe('Bearer canary-token')
  expect(JSON.parse(seen[0]?.body ?? '')).toMatchObject({
    events: [{ event: 'login', user: '爱丽丝' }, { event: 'session-begin' }],
  })
  status = 302
  const failed = await sink.send([event('login')], signal).catch((error: unknown) => String(error))
  expect(failed).toContain('302')
  expect(failed).not.toContain('canary')
})

const MESSAGE = /^<85>1 2026-01-01T00:00:00\.000Z \S+ cocod \d+ login - (\{.*\})$/

test('syslog by UDP is a message of RFC 5424', async () => {
  const socket = createSocket('udp4')
  onTestFinished(() => void socket.close())
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const came = once(socket, 'message')
  await syslogSink(`syslog://127.0.0.1:${socket.address().port}`).send(
    [event('login')],
    new AbortController().signal,
  )
  const [message] = (await came) as [Buffer]
  expect(JSON.parse(MESSAGE.exec(String(message))?.[1] ?? '')).toMatchObject({ user: '爱丽丝' })
})

test('syslog by TCP has each length in bytes in front, and a refused connection is an error', async () => {
  let whole: Promise<string> | undefined
  const server = createTcpServer((socket) => {
    whole = text(socket)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const sink = syslogSink(`syslog+tcp://127.0.0.1:${port}`)
  const { signal } = new AbortController()
  await sink.send([event('login'), event('login')], signal)
  const bytes = Buffer.from((await whole) ?? '')
  const length = Number.parseInt(bytes.toString('latin1', 0, 5), 10)
  const first = bytes.subarray(String(length).length + 1, String(length).length + 1 + length)
  expect(String(first)).toMatch(MESSAGE)
  expect(bytes.length).toBe(2 * (String(length).length + 1 + length))
  await new Promise((resolve) => server.close(resolve))
  await expect(sink.send([event('login')], signal)).rejects.toThrow('ECONNREFUSED')
})
