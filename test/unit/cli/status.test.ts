import { writeFileSync } from 'node:fs'
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { serveControl } from '../../../src/base/control-socket.ts'
import { controlPath, lockPath } from '../../../src/base/data-dir.ts'
import { takeLock } from '../../../src/base/lock-file.ts'
import { Scope } from '../../../src/base/scope.ts'
import { status } from '../../../src/cli/status.ts'
import { temporaryDirectory } from '../../fixtures/temporary-directory.ts'
import { collected } from './collected.ts'

const DAEMON = {
  ...{ name: 'bj-01', version: '0.1.0', pid: 1, uptimeSeconds: 90, ready: true, waitingFor: null },
  ...{ core: 'standalone', ssh: '0.0.0.0:2222', web: '0.0.0.0:5000', sessions: 2 },
  ...{ recordsWaiting: 3, recordsRefused: 0 },
}

/** What `cocod status` shows of a daemon that answers so. */
async function shown(daemon: Readonly<Record<string, unknown>>): Promise<string> {
  await using home = await temporaryDirectory()
  await using scope = new Scope()
  const value = { ...DAEMON, ...daemon }
  await serveControl(controlPath(home.path), () => Promise.resolve({ kind: 'value', value }), scope)
  const { stdout, text } = collected()
  const env = { DATA_DIR: home.path }
  const io = { stdin: new PassThrough(), stdout, stderr: new PassThrough(), env, cwd: home.path }
  expect(await status([], io)).toBe(0)
  return text()
}

test('status warns of plain HTTP to a core on another machine, and only of that', async () => {
  expect(await shown({ core: 'http://core.example.com:8080' })).toContain('warning    plain HTTP to core')
  for (const core of ['https://core.example.com', 'http://127.0.0.1:8080', 'standalone'])
    expect(await shown({ core })).not.toContain('warning')
})

test('status tells how many records wait, and how many core refused', async () => {
  expect(await shown({})).toContain('records    3 waiting\n')
  expect(await shown({ recordsRefused: 2 })).toContain(
    'records    3 waiting, 2 refused by core (see dead-letter',
  )
})

test('status warns of a disk that is nearly full and of storages that take nothing', async () => {
  const disk = { freeBytes: 3e9, reserveBytes: 2e9, usedBytes: undefined, limitBytes: undefined }
  expect(await shown({ disk: { state: 'ok', ...disk }, storagesFailing: [] })).not.toMatch(/disk|storage /)
  expect(await shown({ disk: { state: 'low', ...disk } })).toContain('disk       LOW: 3000 MB free, 2000 MB')
  const failing = [{ name: 's3 b at https://s3', failingSince: 1, reason: 'AccessDenied' }]
  expect(await shown({ disk: { state: 'full', ...disk }, storagesFailing: failing })).toMatch(
    /storage {4}s3 b at https:\/\/s3 FAILS: AccessDenied[\s\S]*disk {7}FULL/,
  )
})

test('status tells how core was heard last, sessions by door, logins, the oldest record and the disk', async () => {
  const text = await shown({
    ...{ core: 'https://core.example.com', lastBeatSeconds: 4, clockSkewMs: 320, oldestRecordSeconds: 300 },
    ...{ sessionsByDoor: { ssh: 1, web: 1 }, logins: { accepted: 12, refused: 3 } },
    space: { usedPercent: 61, freeBytes: 82.3e9 },
  })
  for (const line of [
    'core       https://core.example.com  accepted, last beat 4 s ago, clock +0.3 s',
    'sessions   2 (1 ssh, 1 web)   logins 12, refused 3 since the start',
    'records    3 waiting, oldest 5 min',
  ])
    expect(text).toContain(`${line}\n`)
  expect(text).toMatch(/^space {6}61 % of \/.* used, 82\.3 GB free$/m)
  expect(await shown({ ready: false, draining: true })).toContain('   draining\n')
})

test('the exit code is systemctl’s: killed, not running, and running without an answer', async () => {
  await using home = await temporaryDirectory()
  const { stdout, text } = collected()
  const env = { DATA_DIR: home.path }
  const io = { stdin: new PassThrough(), stdout, stderr: new PassThrough(), env, cwd: home.path }
  expect(await status([], io)).toBe(3)
  {
    await using _lock = await takeLock(lockPath(home.path))
    expect(await status([], io)).toBe(4)
  }
  writeFileSync(`${lockPath(home.path)}.pid`, JSON.stringify({ pid: process.pid, started: '1' }))
  expect(await status([], io)).toBe(1)
  expect(text()).toContain(`process ${process.pid} does not answer`)
  expect(text()).toContain(`not running (process ${process.pid} was killed or crashed)`)
})
