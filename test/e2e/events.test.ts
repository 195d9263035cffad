import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { startBastion } from '../fixtures/bastion.ts'
import { startCoreDouble } from '../fixtures/core-double.ts'
import { startDaemon } from '../fixtures/daemon.ts'
import { Lookout } from '../fixtures/lookout.ts'
import { temporaryDirectory } from '../fixtures/temporary-directory.ts'

interface Event {
  readonly event: string
  readonly [fact: string]: unknown
}

/** What takes events; while `away` it answers 503. */
async function webhook() {
  const events: Event[] = []
  const news = new Lookout()
  const hook = { url: '', away: false, refused: 0, events, until: news.until.bind(news) }
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      if (hook.away) hook.refused += 1
      else events.push(...(JSON.parse(body) as { events: Event[] }).events)
      response.writeHead(hook.away ? 503 : 204).end()
      news.changed()
    })
  })
  onTestFinished(() => void server.close())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  hook.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  return hook
}

test('a login, a refused one, a session and its end arrive at a webhook', async () => {
  const hook = await webhook()
  const { events } = hook
  const env = { AUDIT_WEBHOOK: hook.url }
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

test('what a receiver did not take before the daemon was killed, it gets from the next one', async () => {
  const hook = await webhook()
  hook.away = true
  const env = { AUDIT_WEBHOOK: hook.url }
  await using directory = await temporaryDirectory()
  await using bastion = await startBastion({ env, directory: directory.path })
  await bastion.run('true')
  await bastion.daemon.untilLog(({ msg }) => msg === 'session ended')
  await hook.until(() => hook.refused > 0)
  bastion.daemon.signal('SIGKILL')
  await bastion.daemon.exited
  hook.away = false
  const inventory = readFileSync(join(directory.path, 'inventory.ini'), 'utf8')
  await using _next = startDaemon({ env, directory: directory.path, inventory })
  await hook.until(() => hook.events.some(({ event }) => event === 'session-end'))
  expect(hook.events.map(({ event }) => event)).toEqual(['login', 'session-begin', 'session-end'])
})

test('a line that a command rule denies is told with the rule and its pattern', async () => {
  const hook = await webhook()
  await using core = await startCoreDouble()
  await using bastion = await startBastion({ core, env: { AUDIT_WEBHOOK: hook.url } })
  for (const account of core.state.systemUsers.values()) {
    core.addRule(account, { type: 'command', content: 'touch', action: 'deny', comment: 'no touching' })
  }
  expect((await bastion.run('true; touch a')).code).toBe(126)
  const hit = await hook.until(() => hook.events.find(({ event }) => event === 'rule-hit'))
  expect(hit).toMatchObject({
    ...{ action: 'denied', line: 'true; touch a', pattern: 'touch' },
    rule: expect.stringContaining('no touching') as unknown,
    session: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown,
  })
  expect(hit).not.toHaveProperty('trouble')
})
