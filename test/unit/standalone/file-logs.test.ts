import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import Database from 'libsql'
import { expect, test } from 'vitest'
import { durably, openDatabase } from '../../../src/standalone/core/database.ts'
import { temporaryDirectory } from '../../fixtures/temporary-directory.ts'
import { SOME_TEXT, startWorld } from './world.ts'

const path = '/api/audits/v1/ftp-log/'
const log = {
  user: '张三 (zhangsan)',
  asset: 'web-01',
  org_id: '',
  system_user: 'root',
  remote_addr: '203.0.113.7',
  operate: 'Upload',
  filename: '/data/报表.xlsx',
  is_success: true,
}

test('what was done with a file is kept once under its id, over a restart', async () => {
  await using world = await startWorld()
  await world.register('bj-01')
  const id = randomUUID()
  const stored = { id, ...log, date_start: '2026-03-01 12:00:00 +0000' }
  const post = (body: unknown) => world.call('POST', path, { body })
  expect(await post({ id, ...log })).toMatchObject({ status: 201, body: stored })
  expect(await post({ id, ...log })).toMatchObject({
    status: 400,
    body: { id: ['This field must be unique.'] },
  })
  await world.restart()
  expect((await world.call('GET', path)).body).toEqual([stored])
})

test("a file log is judged as core's is", async () => {
  await using world = await startWorld()
  await world.register('bj-01')
  const post = (body: unknown) => world.call('POST', path, { body })
  const no = async (body: unknown, faults: unknown) =>
    expect(await post(body)).toMatchObject({ status: 400, body: faults })
  await no(
    { ...log, operate: 'Upload-with-a-long-word' },
    {
      operate: ['Ensure this field has no more than 16 characters.'],
    },
  )
  await no({ ...log, filename: ' ' }, { filename: ['This field may not be blank.'] })
  await no({ ...log, org_id: null }, { org_id: ['This field may not be null.'] })
  await no({ ...log, remote_addr: '2001:db8::1:2:3:4' }, { remote_addr: [SOME_TEXT] })
  await no([log], { non_field_errors: ['Invalid data. Expected a dictionary, but got list.'] })
  const { org_id: _org, is_success: _success, ...least } = { ...log, remote_addr: null }
  expect((await post(least)).body).toMatchObject({
    id: SOME_TEXT,
    is_success: true,
    remote_addr: null,
    org_id: '',
  })
  expect((await world.call('POST', path, { body: log, unsigned: true })).status).toBe(403)
})

test('a database of the first format gets the table it lacks and keeps what it has', async () => {
  await using directory = await temporaryDirectory()
  const first = await openDatabase(directory.path)
  first.exec(
    "DROP TABLE file_logs; PRAGMA user_version = 1; INSERT INTO tasks VALUES ('t','n','a','x',0,1,NULL)",
  )
  first.close()
  const second = await openDatabase(directory.path)
  expect(second.prepare('SELECT count(*) AS count FROM file_logs').get()).toMatchObject({ count: 0 })
  expect(second.prepare('SELECT id FROM tasks').get()).toMatchObject({ id: 't' })
  second.close()
  const raw = new Database(join(directory.path, 'core.db'))
  expect(raw.prepare('PRAGMA user_version').get()).toMatchObject({ user_version: 2 })
  raw.close()
})

test('what is brought to the disk apart leaves the database as careful as it was', async () => {
  await using directory = await temporaryDirectory()
  const database = await openDatabase(directory.path)
  const count = (): unknown => database.prepare('SELECT count(*) AS count FROM tasks').get()
  const care = (): unknown => database.prepare('PRAGMA synchronous').get()
  const add = (): void => {
    database.exec("INSERT INTO tasks VALUES ('t','n','a','x',0,1,NULL)")
    expect(care()).toMatchObject({ synchronous: 1 })
  }
  await durably(database, directory.path, add)
  expect(count()).toMatchObject({ count: 1 })
  expect(care()).toMatchObject({ synchronous: 2 })
  await expect(durably(database, directory.path, add)).rejects.toThrow(/UNIQUE/)
  expect(care()).toMatchObject({ synchronous: 2 })
  database.close()
})
