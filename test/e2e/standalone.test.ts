import { join } from 'node:path'
import Database from 'libsql'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Bastion, startBastion } from '../fixtures/bastion.ts'

let bastion: Bastion
beforeAll(async () => {
  bastion = await startBastion()
})
afterAll(() => bastion[Symbol.asyncDispose]())

test('over an inventory: a public key lets in, into the menu and directly', async () => {
  const identity = bastion.sshd.asset.privateKey.path
  const byKey = { identity, options: { PreferredAuthentications: 'publickey' } }
  const { stdout, code } = await bastion.run('echo by-key', byKey)
  expect([stdout.toString(), code]).toEqual(['by-key\n', 0])
  await using ssh = await bastion.ssh(byKey)
  await ssh.untilScreen(/Welcome, Alice[\s\S]*Opt>$/m)
})

test('a wrong password lets nobody in, and says no more than ssh does', async () => {
  const { stderr, code } = await bastion.run('true', { password: 'wrong' })
  expect(code).toBe(255)
  expect(stderr.toString()).toMatch(/^[^\n]*Permission denied \([^\n]*\)\.\r?\n$/)
})

test('the session, its commands and its replay are with the embedded core when the daemon has stopped', async () => {
  await using own = await startBastion()
  await own.run('echo kept')
  own.daemon.signal('SIGTERM')
  expect(await own.daemon.exited).toBe(0)
  const database = new Database(join(own.daemon.directory, 'data/core/core.db'))
  try {
    const sessions = database.prepare('SELECT is_finished, has_replay, asset FROM sessions').all()
    expect(sessions).toEqual([{ is_finished: 1, has_replay: 1, asset: 'web-01' }])
    expect(database.prepare('SELECT input, output FROM commands').all()).toEqual([
      { input: 'echo kept', output: 'kept' },
    ])
  } finally {
    database.close()
  }
})
