import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'

import { newSession, world } from './world.ts'

const EMOJI = '😀'

test('a session whose answer is lost is there once, and the call succeeds', async () => {
  await using all = await world()
  const session = newSession()
  all.core.fail('loseAnswer', { times: 1 })
  await all.service.createSession(session)
  expect(all.core.journal.of('POST', '/sessions/').map(({ status }) => status)).toEqual([201, 400])
  expect(all.core.onlySession().id).toBe(session.id)
})

test('a session is accepted by core however long its names are, and over IPv6', async () => {
  await using all = await world()
  const long = EMOJI.repeat(2_000)
  await all.service.createSession({
    ...newSession(),
    user: long,
    asset: long,
    systemUser: `${long}\0`,
    remoteAddr: '2001:db8::1',
  })
  const { user, asset, system_user, remote_addr } = all.core.onlySession()
  expect([user, asset, system_user].map((text) => [...text].length)).toEqual([128, 1024, 128])
  expect(remote_addr).toBeNull()
})

test('a session core has deleted is missing; an address core does not know is not that', async () => {
  await using all = await world()
  await expect(all.service.finishSession(randomUUID(), Date.now())).rejects.toMatchObject({ kind: 'missing' })
  // Not a UUID: no address of core's.
  await expect(all.service.finishSession('x', Date.now())).rejects.toMatchObject({ kind: 'unavailable' })
})

async function replayFile(bytes: number) {
  const folder = await mkdtemp(join(tmpdir(), 'cocod-replay-'))
  const path = join(folder, 'x.replay.gz')
  const content = randomBytes(bytes)
  await writeFile(path, content)
  return { path, bytes, content, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
}

test('a replay arrives byte for byte, with its length told beforehand, and a second upload does no harm', async () => {
  await using all = await world()
  await using file = await replayFile(3_000_000)
  const session = newSession()
  await all.service.createSession(session)
  all.core.fail('loseAnswer', { times: 1, path: /replay/ })
  await expect(all.service.uploadReplay(session.id, file)).rejects.toMatchObject({ kind: 'unavailable' })
  await all.service.uploadReplay(session.id, file)
  await all.service.markReplay(session.id)
  await all.service.finishSession(session.id, Date.now())
  expect(all.core.state.replays.get(session.id)?.equals(file.content)).toBe(true)
  expect(all.core.onlySession()).toMatchObject({ has_replay: true, is_finished: true })
  const [sent] = all.core.journal.of('POST', '/replay/')
  expect(Number(sent?.headers['content-length'])).toBeGreaterThan(3_000_000)
  expect(sent?.headers['transfer-encoding']).toBeUndefined()
})

test('a replay that became shorter, is empty or gone is not half uploaded', async () => {
  await using all = await world()
  await using file = await replayFile(1000)
  const session = newSession()
  await all.service.createSession(session)
  await expect(all.service.uploadReplay(session.id, { ...file, bytes: 2000 })).rejects.toMatchObject({
    kind: 'unavailable',
  })
  await expect(all.service.uploadReplay(session.id, { ...file, bytes: 0 })).rejects.toMatchObject({
    kind: 'refused',
  })
  await expect(all.service.uploadReplay(session.id, { ...file, path: '/nowhere' })).rejects.toMatchObject({
    kind: 'unavailable',
  })
  await expect(all.service.uploadReplay(randomUUID(), file)).rejects.toMatchObject({ kind: 'missing' })
  expect(all.core.state.replays.size).toBe(0)
})

test('a replay that core cannot store now is worth another try', async () => {
  await using all = await world()
  await using file = await replayFile(1000)
  const session = newSession()
  await all.service.createSession(session)
  const outage = all.core.fail('diskFull', { path: /replay/ })
  await expect(all.service.uploadReplay(session.id, file)).rejects.toMatchObject({
    kind: 'unavailable',
    status: 400,
  })
  outage[Symbol.dispose]()
  await all.service.uploadReplay(session.id, file)
})

test('a task core has forgotten counts as finished', async () => {
  await using all = await world()
  await all.service.createSession(newSession())
  const { id, name, args } = all.core.orderKill(all.core.onlySession().id)
  await all.service.finishTask({ id, name, args })
  expect(all.core.state.tasks.get(id)?.is_finished).toBe(true)
  all.core.state.tasks.clear()
  await all.service.finishTask({ id, name, args })
})
