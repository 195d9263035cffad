import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { setImmediate } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { EventQueue, type EventSink } from '../../../src/audit/event-queue.ts'
import { syslogSink } from '../../../src/audit/syslog-sink.ts'
import { webhookSink } from '../../../src/audit/webhook-sink.ts'
import { Secret } from '../../../src/base/secret.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'

const event = (name: string): string =>
  JSON.stringify({ time: '2026-01-01T00:00:00.000Z', event: name, user: '爱丽丝' })

function queueOf(send: EventSink['send']) {
  const clock = new ManualClock()
  const news: unknown[] = []
  const queue = new EventQueue({
    sink: { name: 'test', send },
    clock,
    onTrouble: () => news.push('trouble'),
    onRecovered: (lost) => news.push({ lost }),
  })
  return { clock, news, queue }
}

test('events go out in order, and again after a failure, each once', async () => {
  const taken: string[] = []
  let fail = true
  const { clock, news, queue } = queueOf(async (lines) => {
    if (fail) throw new Error('down')
    taken.push(...lines)
  })
  for (let at = 0; at < 250; at += 1) queue.push(String(at))
  await setImmediate()
  expect(taken).toEqual([])
  fail = false
  clock.advance(60_000)
  await queue.close(new AbortController().signal)
  expect(taken).toEqual(Array.from({ length: 250 }, (_, at) => String(at)))
  expect(news).toEqual(['trouble', { lost: 0 }])
})

test('above ten thousand the oldest are lost, and counted', async () => {
  const taken: string[] = []
  let fail = true
  const { clock, news, queue } = queueOf(async (lines) => {
    if (fail) throw new Error('down')
    taken.push(...lines)
  })
  for (let at = 0; at < 10_025; at += 1) queue.push(String(at))
  expect(queue.waiting).toBe(10_000)
  await setImmediate()
  fail = false
  clock.advance(60_000)
  await queue.close(new AbortController().signal)
  expect([taken.length, taken[0], taken.at(-1)]).toEqual([10_000, '25', '10024'])
  expect(news.at(-1)).toEqual({ lost: 25 })
})

test('a stop does not wait for a receiver that is down', async () => {
  const { queue } = queueOf(() => Promise.reject(new Error('down')))
  queue.push('one')
  await queue.close(AbortSignal.abort())
  expect(queue.waiting).toBe(1)
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
