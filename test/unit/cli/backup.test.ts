import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import Database from 'libsql'
import { expect, test } from 'vitest'
import { lockPath } from '../../../src/base/data-dir.ts'
import { takeLock } from '../../../src/base/lock-file.ts'
import { backup } from '../../../src/cli/backup.ts'
import { restore } from '../../../src/cli/restore.ts'
import { fileAudit, passUntil, recordSession } from '../../fixtures/file-audit.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'
import { MemoryRecordKeeper } from '../../fixtures/record-keeper.ts'
import { START } from '../../fixtures/spool.ts'
import { temporaryDirectory } from '../../fixtures/temporary-directory.ts'
import { collected } from './collected.ts'

const ioIn = (cwd: string) => {
  const { stdout, text } = collected()
  return { io: { stdin: new PassThrough(), stdout, stderr: stdout, env: {}, cwd }, text }
}

/** A home with a key, pins, an open database and a session that core never got. */
async function filled(home: string): Promise<string> {
  mkdirSync(join(home, 'keys'), { mode: 0o700 })
  mkdirSync(join(home, 'data'), { mode: 0o700 })
  writeFileSync(join(home, 'keys/ssh_host_ed25519_key'), 'a key', { mode: 0o600 })
  writeFileSync(join(home, 'data/known_hosts'), 'web ssh-ed25519 AAAA\n', { mode: 0o600 })
  writeFileSync(join(home, 'data/cocod.log'), 'a log')
  const clock = new ManualClock(START)
  const away = new MemoryRecordKeeper()
  away.trouble = () => 'unavailable'
  const audit = fileAudit({ home: join(home, 'data'), core: away, clock })
  const id = await recordSession(audit, clock, ['echo unsent'])
  await audit.close(AbortSignal.abort())
  return id
}

test('a round trip under a lock that is held: keys, pins, databases, modes; what was not sent is sent then', async () => {
  await using first = await temporaryDirectory()
  await using second = await temporaryDirectory()
  const id = await filled(first.path)
  const database = new Database(join(first.path, 'data/events.db'))
  database.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (x); INSERT INTO t VALUES (42)')
  chmodSync(join(first.path, 'data/known_hosts'), 0o640)
  await using _running = await takeLock(lockPath(join(first.path, 'data')))
  const { io, text } = ioIn(first.path)
  expect(await backup(['backup.tar.gz'], io)).toBe(0)
  database.close()
  expect(text()).toContain('as they were while it ran')
  const file = join(first.path, 'backup.tar.gz')
  expect(statSync(file).mode & 0o777).toBe(0o600)

  expect(await restore([file], ioIn(second.path).io)).toBe(0)
  expect(readFileSync(join(second.path, 'keys/ssh_host_ed25519_key'), 'utf8')).toBe('a key')
  expect(statSync(join(second.path, 'keys')).mode & 0o777).toBe(0o700)
  expect(statSync(join(second.path, 'keys/ssh_host_ed25519_key')).mode & 0o777).toBe(0o600)
  expect(statSync(join(second.path, 'data/known_hosts')).mode & 0o777).toBe(0o640)
  const restored = new Database(join(second.path, 'data/events.db'))
  expect(restored.prepare('SELECT x FROM t').get()).toMatchObject({ x: 42 })
  restored.close()
  const names = readdirSync(join(second.path, 'data')).filter((name) => !name.startsWith('lock'))
  expect(names.sort()).toEqual(['acts', 'events.db', 'known_hosts', 'sessions'])

  const clock = new ManualClock(START + 60_000)
  const core = new MemoryRecordKeeper()
  const audit = fileAudit({ home: join(second.path, 'data'), core, clock })
  audit.start()
  await passUntil(clock, () => core.sessions.get(id)?.hasReplay === true)
  await audit.close(AbortSignal.timeout(20_000))
  expect(core.commands.map(({ input }) => input)).toEqual(['echo unsent'])
  expect(core.sessions.get(id)?.replay).toContain('echo unsent')
})

test('nothing is restored over a running daemon, over files, or from a newer program', async () => {
  await using first = await temporaryDirectory()
  await using second = await temporaryDirectory()
  await filled(first.path)
  await backup(['b.tgz'], ioIn(first.path).io)
  const file = join(first.path, 'b.tgz')
  {
    mkdirSync(join(second.path, 'data'))
    await using _running = await takeLock(lockPath(join(second.path, 'data')))
    await expect(restore([file], ioIn(second.path).io)).rejects.toThrow(`held by process ${process.pid}`)
  }
  await expect(restore([file], ioIn(first.path).io)).rejects.toThrow('is not empty')
  expect(readFileSync(join(first.path, 'keys/ssh_host_ed25519_key'), 'utf8')).toBe('a key')

  const unpacked = join(second.path, 'unpacked')
  mkdirSync(unpacked)
  execFileSync('tar', ['-xzf', file, '-C', unpacked])
  const manifest = readFileSync(join(unpacked, 'cocod-backup.json'), 'utf8')
  writeFileSync(join(unpacked, 'cocod-backup.json'), manifest.replace(/"session": \d+/, '"session": 99'))
  const newer = join(second.path, 'newer.tgz')
  execFileSync('tar', ['-czf', newer, '-C', unpacked, 'cocod-backup.json', 'data', 'keys'])
  await expect(restore([newer], ioIn(second.path).io)).rejects.toThrow('its session files have format 99')
  writeFileSync(join(second.path, 'no.tgz'), 'nothing')
  await expect(restore(['no.tgz'], ioIn(second.path).io)).rejects.toThrow('tar failed')
  expect(existsSync(join(second.path, 'keys'))).toBe(false)
})
