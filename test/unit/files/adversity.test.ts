import { createHash, randomBytes } from 'node:crypto'
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { Scope } from '../../../src/base/scope.ts'
import { readStatus, SftpStatus } from '../../../src/files/sftp/client.ts'
import { packet, string, u32 } from '../../../src/files/sftp/encode.ts'
import { OPEN, PACKET, STATUS } from '../../../src/files/sftp/protocol.ts'
import type { DoubleUser } from '../../fixtures/core-double/state.ts'
import { sftp as batch } from '../../fixtures/file-clients.ts'
import { type FilesWorld, startFilesWorld } from '../../fixtures/files-world.ts'
import { kill, pidsOf } from '../../fixtures/processes.ts'
import { type RawSftp, rawSftp } from '../../fixtures/raw-sftp.ts'

let scope = new Scope()
let world: FilesWorld
beforeAll(async () => {
  world = await startFilesWorld({ env: { SFTP_ROOT: 'home', FORCE_REMOVE_FOLDER: 'yes' } })
})
afterEach(async () => {
  await scope.close()
  scope = new Scope()
  world.core.state.fileLogs = []
})
afterAll(() => world[Symbol.asyncDispose]())

const direct = async (): Promise<RawSftp> => scope.own(await rawSftp(world.direct))
const tree = async (): Promise<RawSftp> => scope.own(await rawSftp(world.tree))
const home = (name = ''): string => join(world.sshd.asset.home, name)
const logOf = (operate: string, filename: string) =>
  world.core.until(({ state }) =>
    state.fileLogs.find((each) => each.operate === operate && each.filename === filename),
  )
/** A person of their own, as core's list of grants is kept for a while. */
function personWith(username: string): DoubleUser {
  const file = `${world.sshd.asset.privateKey.path}.pub`
  return world.core.addUser({ username, publicKey: readFileSync(file, 'utf8').split(' ')[1] ?? '' })
}

async function namesIn({ client }: RawSftp, path: string): Promise<string[]> {
  const names: string[] = []
  for await (const page of client.list(path)) names.push(...page.map(({ name }) => name))
  return names
}

/** Lines of transfers.ndjson of all sessions so far. */
function transfers(): string[] {
  const sessions = join(world.directory, 'data/sessions')
  return readdirSync(sessions, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('transfers.ndjson'))
    .flatMap((path) => readFileSync(join(sessions, path), 'utf8').trim().split('\n'))
}

test('a handle that was never opened is an error, and the channel goes on', async () => {
  const { client } = await direct()
  for (const handle of [Buffer.from('none'), Buffer.alloc(0), Buffer.alloc(300)]) {
    for (const type of [PACKET.close, PACKET.fstat, PACKET.readdir]) {
      const reply = await client.request(type, string(handle))
      expect(readStatus(reply)?.code).toBe(STATUS.failure)
    }
  }
  expect(await client.realpath('.')).toBe(home().replace(/\/$/, ''))
})

test('a thousand files may be open, one more is refused, and closing one makes room', async () => {
  const { client } = await tree()
  const handles = await Promise.all(
    Array.from({ length: 1000 }, () => client.request(PACKET.opendir, string(Buffer.from('/')))),
  )
  expect(handles.every((reply) => reply[4] === PACKET.handle)).toBe(true)
  await expect(client.list('/').next()).rejects.toThrow(/Too many files are open/)
  await client.close(handles[0]?.subarray(13) ?? Buffer.alloc(0))
  expect(await namesIn({ client } as RawSftp, '/')).toEqual(['web-01'])
})

test.each([
  ['longer than 256 KiB', u32(256 * 1024 + 1)],
  ['of no length', u32(0)],
  ['that ends within a field', packet(PACKET.open, 7, u32(1000))],
])('a packet %s ends the channel with a sentence', async (_, bytes) => {
  const sftp = await direct()
  sftp.write(bytes)
  expect(await sftp.exited).toBe(255)
  expect(sftp.stderr()).toMatch(/sent what is no SFTP/)
})

test('an asset that dies in the middle of a write is an error to the client, and the partial file is on record', async () => {
  const { client } = await direct()
  const handle = await client.open('partial', OPEN.write | OPEN.create | OPEN.truncate)
  await client.write(handle, 0, Buffer.from('something'))
  for (const pid of pidsOf(['-u', world.sshd.asset.user])) kill(pid)
  const writes = (async () => {
    for (;;) await client.write(handle, 9, Buffer.alloc(32_768))
  })()
  await expect(writes).rejects.toThrow(SftpStatus)
  expect(await logOf('Upload', 'partial')).toMatchObject({ is_success: false })
  await expect.poll(transfers).toContainEqual(expect.stringMatching(/partial file is left/))
  // The next request connects anew.
  expect((await client.stat('partial')).size).toBe(9n)
})

test('a disk of the asset that is full is an error with its code, and the upload a failed one', async () => {
  const { client } = await direct()
  const handle = await client.open('/dev/full', OPEN.write)
  await expect(client.write(handle, 0, Buffer.from('x'))).rejects.toMatchObject({ code: STATUS.failure })
  await client.close(handle)
  expect(await logOf('Upload', '/dev/full')).toMatchObject({ is_success: false })
})

test('a client that vanishes leaves a failed transfer on record, with what passed', async () => {
  const sftp = await direct()
  const handle = await sftp.client.open('gone', OPEN.write | OPEN.create)
  await sftp.client.write(handle, 0, Buffer.from('12345'))
  sftp.vanish()
  expect(await logOf('Upload', 'gone')).toMatchObject({ is_success: false })
  await expect.poll(transfers).toContainEqual(expect.stringMatching(/"path":"gone".*client left.*"bytes":5/))
})

test('whole files have their SHA-256, bytes, time and client on record, both ways', async () => {
  const content = randomBytes(1_000_000)
  const sha256 = createHash('sha256').update(content).digest('hex')
  const file = join(world.directory, 'whole')
  writeFileSync(file, content)
  expect((await batch(world.direct, [`put ${file} w`, `get w ${file}2`])).code).toBe(0)
  const of = (operate: string) =>
    new RegExp(
      `"operate":"${operate}","path":"[^"]*w","success":true,"bytes":1000000,"sha256":"${sha256}".*OpenSSH`,
    )
  await expect.poll(transfers).toContainEqual(expect.stringMatching(of('Upload')))
  expect(transfers()).toContainEqual(expect.stringMatching(of('Download')))
})

test('an upload is gone on with, and appended to, where it stopped', async () => {
  const file = join(world.directory, 'resumed')
  writeFileSync(file, 'one two three')
  writeFileSync(home('resumed'), 'one ')
  chmodSync(home('resumed'), 0o666)
  const { client } = await direct()
  const run = await batch(world.tree, [`reput ${file} /web-01/resumed`])
  expect(run).toMatchObject({ stderr: '', code: 0 })
  expect(readFileSync(home('resumed'), 'utf8')).toBe('one two three')
  const handle = await client.open('resumed', OPEN.write | OPEN.append)
  await client.write(handle, 0, Buffer.from('!'))
  await client.close(handle)
  expect(readFileSync(home('resumed'), 'utf8')).toBe('one two three!')
  await logOf('Append', 'resumed')
})

test('in the tree names with a dot are hidden, also where a page has no others; directly they are not', async () => {
  mkdirSync(home('dots'))
  for (let n = 0; n < 300; n++) writeFileSync(home(`dots/.hidden-${n}`), '')
  writeFileSync(home('dots/seen'), '')
  expect(await namesIn(await tree(), '/web-01/dots')).toEqual(['seen'])
  expect(await namesIn(await direct(), 'dots')).toHaveLength(301)
})

test('FORCE_REMOVE_FOLDER removes a directory with all in it, links not followed, each on record', async () => {
  mkdirSync(home('full/sub'), { recursive: true })
  for (const name of ['a', 'sub/b']) writeFileSync(home(`full/${name}`), '')
  for (const name of ['full', 'full/sub']) chmodSync(home(name), 0o777)
  const { client } = await direct()
  await client.rename('full', 'fuller')
  expect((await batch(world.direct, ['ln -s /etc fuller/link', 'rmdir fuller'])).code).toBe(0)
  expect(readdirSync(home())).not.toContain('fuller')
  expect(statSync('/etc/passwd').size).toBeGreaterThan(0)
  const deleted = await world.core.until(({ state }) => {
    const found = state.fileLogs.filter(({ operate }) => operate === 'Delete').map(({ filename }) => filename)
    return found.length >= 4 && found
  })
  const names = ['fuller/a', 'fuller/link', 'fuller/sub', 'fuller/sub/b'].map((name) => home(name))
  expect(deleted.toSorted()).toEqual(names)
})

test('FORCE_REMOVE_FOLDER does not remove what a link points to', async () => {
  mkdirSync(home('kept'))
  writeFileSync(home('kept/file'), '')
  chmodSync(home('kept'), 0o777)
  symlinkSync(home('kept'), home('link-to-kept'))
  const { client } = await direct()
  for (const path of ['link-to-kept', 'link-to-kept/', home('link-to-kept')])
    await expect(client.rmdir(path), path).rejects.toThrow(SftpStatus)
  expect(readdirSync(home('kept'))).toEqual(['file'])
})

test('the tree: several accounts, assets of one name, one that is down, and no way across or above', async () => {
  const { core, web, sshd } = world
  const user = personWith('carol')
  const other = core.addSystemUser({
    username: sshd.asset.user,
    name: 'other',
    private_key: sshd.asset.privateKey.text,
  })
  const twin = core.addAsset({ hostname: 'web-01', ip: '127.0.0.1', protocols: ['ssh/1'], org_name: '研发' })
  core.grant(user, web, world.account)
  core.grant(user, web, other)
  core.grant(user, twin, world.account)
  const sftp = scope.own(await rawSftp({ ...world.tree, user: 'carol' }))
  const { client } = sftp
  const down = `/web-01.${Buffer.from('研发').toString('latin1')}`
  expect((await namesIn(sftp, '/')).toSorted()).toEqual(['web-01.DEFAULT', down.slice(1)])
  expect(await namesIn(sftp, '/web-01.DEFAULT')).toEqual([sshd.asset.user, 'other'])
  await client.stat(down)
  await expect(namesIn(sftp, down)).rejects.toThrow(/refused the connection/)
  const place = `/web-01.DEFAULT/${sshd.asset.user}`
  writeFileSync(home('mine'), '')
  expect(await namesIn(sftp, place)).toContain('mine')
  await expect(client.rename(`${place}/mine`, '/web-01.DEFAULT/other/mine')).rejects.toThrow(
    /cannot be moved/,
  )
  for (const path of ['/new', '/web-01.DEFAULT', place]) {
    await expect(client.mkdir(path)).rejects.toMatchObject({ code: STATUS.permissionDenied })
  }
  expect(await client.realpath(`${place}/../../..`)).toBe('/')
  await expect(client.stat('/nowhere')).rejects.toMatchObject({ code: STATUS.noSuchFile })
  await expect(client.open(`${place}/../../../etc/passwd`, OPEN.read)).rejects.toThrow(SftpStatus)
})

test('5,000 assets at the root are listed, page by page', async () => {
  const { core } = world
  const bob = personWith('bob')
  for (let n = 0; n < 5000; n++) {
    const asset = core.addAsset({ hostname: `host-${n}`, ip: '127.0.0.1' })
    core.state.grants.push({
      user: bob.id,
      asset: asset.id,
      systemUser: world.account.id,
      actions: ['connect'],
    })
  }
  const sftp = scope.own(await rawSftp({ ...world.tree, user: 'bob' }))
  expect(new Set(await namesIn(sftp, '/')).size).toBe(5000)
})
