import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { Scope } from '../../../src/base/scope.ts'
import { pathFromText } from '../../../src/files/byte-path.ts'
import { type Action, rightsToOpen } from '../../../src/files/rights.ts'
import { SftpStatus } from '../../../src/files/sftp/client.ts'
import { OPEN, STATUS } from '../../../src/files/sftp/protocol.ts'
import { type FilesWorld, type FilesWorldOptions, startFilesWorld } from '../../fixtures/files-world.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'
import { type RawSftp, rawSftp } from '../../fixtures/raw-sftp.ts'

let scope = new Scope()
let shared: FilesWorld
beforeAll(async () => {
  shared = await startFilesWorld()
})
afterEach(async () => {
  await scope.close()
  scope = new Scope()
  shared.core.grant(shared.user, shared.web, shared.account)
  shared.core.state.fileLogs = []
})
afterAll(() => shared[Symbol.asyncDispose]())

/** A new login in the world all tests share. */
async function login(actions?: string[]): Promise<{ world: FilesWorld; sftp: RawSftp }> {
  shared.core.grant(shared.user, shared.web, shared.account, actions)
  return { world: shared, sftp: scope.own(await rawSftp(shared.direct)) }
}

async function world(options: FilesWorldOptions = {}): Promise<{ world: FilesWorld; sftp: RawSftp }> {
  const made = scope.own(await startFilesWorld(options))
  return { world: made, sftp: scope.own(await rawSftp(made.direct)) }
}

/** The code of a refusal; 0: it was done. */
async function codeOf(act: Promise<unknown>): Promise<number> {
  try {
    await act
    return STATUS.ok
  } catch (error) {
    if (error instanceof SftpStatus) return error.code
    throw error
  }
}

const DENIED = STATUS.permissionDenied
const FLAG_SETS = Array.from({ length: 64 }, (_, flags) => flags)

test('every set of open flags needs what it can do: reading, changing, or both', () => {
  for (const flags of FLAG_SETS) {
    const changes = (flags & ~OPEN.read) !== 0
    const reads = (flags & OPEN.read) !== 0 || (flags & OPEN.write) === 0
    expect(rightsToOpen(flags).toSorted()).toEqual([
      ...(reads ? ['download_file'] : []),
      ...(changes ? ['upload_file'] : []),
    ])
  }
})

test.each<[string, readonly Action[]]>([
  ['connect alone', []],
  ['download', ['download_file']],
  ['upload', ['upload_file']],
  ['both', ['upload_file', 'download_file']],
])('with %s, all 64 sets of flags and every operation are judged so', async (_, actions) => {
  const { world: at, sftp } = await login(['connect', ...actions])
  const home = at.sshd.asset.home
  writeFileSync(join(home, 'there'), 'content')
  chmodSync(join(home, 'there'), 0o666)
  const refused = new Set<number>()
  for (const flags of FLAG_SETS) {
    const code = await codeOf(sftp.client.open('there', flags).then((handle) => sftp.client.close(handle)))
    if (code === DENIED) refused.add(flags)
  }
  const expected = FLAG_SETS.filter((flags) =>
    rightsToOpen(flags).some((action) => !actions.includes(action)),
  )
  expect([...refused]).toEqual(expected)
  expect(await codeOf(sftp.client.stat('there'))).toBe(STATUS.ok)
  const uploads = actions.includes('upload_file')
  const changes: ReadonlyArray<() => Promise<unknown>> = [
    () => sftp.client.mkdir('d'),
    () => sftp.client.rename('d', 'e'),
    () => sftp.client.setAttributes('e', { mode: 0o700 }),
    () => sftp.client.rmdir('e'),
    () => sftp.client.remove('there'),
  ]
  for (const change of changes) expect((await codeOf(change())) === DENIED).toBe(!uploads)
  expect(existsSync(join(home, 'there'))).toBe(!uploads)
  await at.core.until(({ state }) =>
    ['Mkdir', 'Rename', 'Setstat', 'Rmdir', 'Delete'].every((word) =>
      state.fileLogs.some(({ operate, is_success }) => operate === word && is_success === uploads),
    ),
  )
  if (!uploads) expect(sftp.stderr()).toMatch(/You may not upload to or change files on web-01/)
})

test('a right withdrawn in mid-transfer stops it within a minute, with the truth on record', async () => {
  const clock = new ManualClock(Date.now())
  const { world: at, sftp } = await world({ clock })
  const handle = await sftp.client.open('up', OPEN.write | OPEN.create)
  await sftp.client.write(handle, 0, Buffer.from('first'))
  at.core.grant(at.user, at.web, at.account, ['connect', 'download_file'])
  clock.advance(46_000)
  let written = 5
  while ((await codeOf(sftp.client.write(handle, written, Buffer.from('more')))) !== DENIED) written += 4
  await sftp.client.close(handle)
  expect(readFileSync(join(at.sshd.asset.home, 'up')).length).toBe(written)
  const [log] = await at.core.until(({ state }) => state.fileLogs.length > 0 && state.fileLogs)
  expect(log).toMatchObject({ operate: 'Upload', is_success: false })
})

test('a connection withdrawn in mid-session ends it, and the person reads why', async () => {
  const clock = new ManualClock(Date.now())
  const { world: at, sftp } = await world({ clock })
  await sftp.client.open('up', OPEN.write | OPEN.create)
  at.core.state.grants = []
  clock.advance(46_000)
  expect(await sftp.exited).toBe(255)
  expect(sftp.stderr()).toMatch(/was ended: you may no longer use it/)
})

test('an administrator ends a connection for files as any session, and core has its record', async () => {
  const { world: at, sftp } = await login()
  const handle = await sftp.client.open('up', OPEN.write | OPEN.create)
  await sftp.client.write(handle, 0, Buffer.from('part'))
  const session = await at.core.until(({ state }) =>
    [...state.sessions.values()].find(({ is_finished }) => !is_finished),
  )
  at.core.orderKill(session.id)
  expect(await sftp.exited).toBe(255)
  expect(sftp.stderr()).toMatch(/An administrator ended the connection to web-01/)
  await at.core.until(({ state }) => state.sessions.get(session.id)?.has_replay)
  const log = await at.core.until(({ state }) => state.fileLogs[0])
  expect(log).toMatchObject({ operate: 'Upload', is_success: false, asset: 'web-01' })
})

test('the sessions of a user are counted with their connections for files', async () => {
  const { world: at, sftp } = await world({ env: { MAX_SESSIONS_PER_USER: '1' } })
  await sftp.client.realpath('.')
  await using other = await rawSftp(at.tree)
  await expect(other.client.stat('/web-01')).resolves.toBeDefined()
  await expect(other.client.open('/web-01/x', OPEN.read)).rejects.toThrow(/Too many open sessions/)
})

test('what leads out of SFTP_ROOT_DIRECT is refused: by dots and by links', async () => {
  const root = join('/tmp', `cocod-root-${process.pid}`)
  mkdirSync(root)
  chmodSync(root, 0o777)
  scope.defer(() => import('node:fs').then(({ rmSync }) => rmSync(root, { recursive: true })))
  writeFileSync(join(root, 'inside'), 'in')
  symlinkSync('/etc', join(root, 'link'))
  symlinkSync('/tmp/cocod-nowhere', join(root, 'dangling'))
  const { sftp } = await world({ env: { SFTP_ROOT_DIRECT: root } })
  const refusedPaths = [
    '/etc/passwd',
    '../etc/passwd',
    `${root}/../../etc/passwd`,
    `${root}/link/passwd`,
    `${root}/link`,
  ]
  for (const path of refusedPaths) {
    expect(await codeOf(sftp.client.open(path, OPEN.read)), path).toBe(DENIED)
    expect(await codeOf(sftp.client.stat(path)), path).toBe(DENIED)
  }
  expect(await codeOf(sftp.client.open(`${root}/dangling`, OPEN.write | OPEN.create))).toBe(DENIED)
  // A slash behind a link follows it.
  for (const path of [`${root}/link/`, `${root}/link//`, `${root}/link/.`])
    expect(await codeOf(sftp.client.lstat(path)), path).toBe(DENIED)
  expect(await codeOf(sftp.client.lstat(`${root}/link`))).toBe(STATUS.ok)
  expect(await codeOf(sftp.client.stat(`${root}/none/`))).toBe(STATUS.noSuchFile)
  expect(await codeOf(sftp.client.rename(`${root}/inside`, '/tmp/outside'))).toBe(DENIED)
  expect(await codeOf(sftp.client.mkdir('/tmp/cocod-outside'))).toBe(DENIED)
  expect(await codeOf(sftp.client.open(`${root}/inside`, OPEN.read))).toBe(STATUS.ok)
  expect(await sftp.client.realpath('.')).toBe(root)
  expect(readdirSync(root).toSorted()).toEqual(['dangling', 'inside', 'link'])
})

test('a chain of links that only the kernel follows leads out of no root, and the refusal is on record', async () => {
  const root = join('/tmp', `cocod-chain-${process.pid}`)
  mkdirSync(root)
  chmodSync(root, 0o777)
  scope.defer(() => import('node:fs').then(({ rmSync }) => rmSync(root, { recursive: true })))
  const outside = join('/tmp', `cocod-outside-${process.pid}`)
  mkdirSync(outside)
  chmodSync(outside, 0o777)
  scope.defer(() => import('node:fs').then(({ rmSync }) => rmSync(outside, { recursive: true })))
  writeFileSync(join(outside, 'secret'), '')
  symlinkSync(outside, join(root, 'link-0'))
  for (let at = 1; at < 37; at++) symlinkSync(`link-${at - 1}`, join(root, `link-${at}`))
  expect(existsSync(join(root, 'link-36/secret'))).toBe(true)
  const { world: at, sftp } = await world({ env: { SFTP_ROOT_DIRECT: root } })
  for (const path of ['link-36', 'link-36/secret', 'link-36/new'].map((name) => join(root, name))) {
    expect(await codeOf(sftp.client.stat(path)), path).not.toBe(STATUS.ok)
    for (const flags of [OPEN.read, OPEN.write | OPEN.create])
      expect(await codeOf(sftp.client.open(path, flags)), path).not.toBe(STATUS.ok)
  }
  expect(await codeOf(sftp.client.remove(`${root}/link-36/secret`))).not.toBe(STATUS.ok)
  expect(await codeOf(sftp.client.list(`${root}/link-36`).next())).not.toBe(STATUS.ok)
  expect(readdirSync(outside)).toEqual(['secret'])
  const ofSecret = `${root}/link-36/secret`
  await at.core.until(({ state }) =>
    ['Download', 'Upload', 'Delete'].every((word) =>
      state.fileLogs.some(
        ({ operate, filename, is_success }) => operate === word && filename === ofSecret && !is_success,
      ),
    ),
  )
})

test('paths with line breaks or NUL, and those too long, are refused; bytes that are no UTF-8 are kept', async () => {
  const { world: at, sftp } = await login()
  for (const path of ['a\nb', 'a\rb', 'a\0b', 'x'.repeat(10_000)]) {
    expect(await codeOf(sftp.client.mkdir(path))).toBe(STATUS.failure)
  }
  const name = '\xe9\xff-\x80'
  await sftp.client.mkdir(name)
  const names: string[] = []
  for await (const page of sftp.client.list('.')) names.push(...page.map((entry) => entry.name))
  expect(names).toContain(name)
  const log = await at.core.until(({ state }) => state.fileLogs.find((each) => each.is_success))
  expect(log.filename).toBe('\\xe9\\xff-\\x80')
  expect(pathFromText('é')).toBe('\xc3\xa9')
})
