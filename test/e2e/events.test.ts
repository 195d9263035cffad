import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { startBastion } from '../fixtures/bastion.ts'

interface Event {
  readonly event: string
  readonly [fact: string]: unknown
}

test('a login, a refused one, a session and its end arrive at a webhook', async () => {
  const events: Event[] = []
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      events.push(...(JSON.parse(body) as { events: Event[] }).events)
      response.end()
    })
  })
  onTestFinished(() => void server.close())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const env = { AUDIT_WEBHOOK: `http://127.0.0.1:${port}/` }
  await using bastion = await startBastion({ env })
  await bastion.run('true')
  await bastion.run('true', { password: 'not the password' })
  bastion.daemon.signal('SIGTERM')
  expect(await bastion.daemon.exited).toBe(0)
  const kinds = events.map(({ event }) => event)
  expect(kinds.slice(0, 3)).toEqual(['login', 'session-begin', 'session-end'])
  expect(kinds).toContain('login-refused')
  const asset = { user: 'alice', asset: 'web-01', account: bastion.sshd.asset.user }
  expect(events[0]).toMatchObject({ user: 'alice', remoteAddr: '127.0.0.1', from: 'ST' })
  expect(events[1]).toMatchObject({ ...asset, session: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown })
  expect(events[2]).toMatchObject({ ...asset, ending: 'exit' })
})
