import { existsSync, linkSync, lstatSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { Scope } from '../../../src/base/scope.ts'
import { encodeAttributes } from '../../../src/files/sftp/attributes.ts'
import { readStatus } from '../../../src/files/sftp/client.ts'
import { Cursor } from '../../../src/files/sftp/cursor.ts'
import { string, u32, u64 } from '../../../src/files/sftp/encode.ts'
import { BODY, EXTENSION, OPEN, PACKET, STATUS } from '../../../src/files/sftp/protocol.ts'
import { type FilesWorld, startFilesWorld } from '../../fixtures/files-world.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'
import { type RawSftp, rawSftp } from '../../fixtures/raw-sftp.ts'
import { startSshd } from '../../fixtures/sshd.ts'

let scope = new Scope()
let world: FilesWorld
let sftp: RawSftp
beforeAll(async () => {
  world = await startFilesWorld({ env: { SFTP_ROOT: '/' } })
  sftp = await rawSftp(world.direct)
})
afterEach(async () => {
  await scope.close()
  scope = new Scope()
})
afterAll(async () => {
  await sftp[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
})

const home = (name: string): string => join(world.sshd.asset.home, name)
const text = (value: string): Buffer => string(Buffer.from(value))
const extended = (name: string, ...parts: readonly Buffer[]): Promise<Buffer> =>
  sftp.client.request(PACKET.extended, text(name), ...parts)

async function write(name: string, content: string): Promise<void> {
  const handle = await sftp.client.open(name, OPEN.write | OPEN.create | OPEN.truncate)
  await sftp.client.write(handle, 0, Buffer.from(content))
  await sftp.client.close(handle)
}

test('a direct login is told of the extensions that the asset has, and of no others', async () => {
  const { port, user, privateKey } = world.sshd.asset
  await using own = await rawSftp({ port, user, identity: privateKey.path })
  expect(own.client.link.extensions.size).toBeGreaterThan(5)
  expect(sftp.client.link.extensions).toEqual(own.client.link.extensions)
})

test('posix-rename replaces, hardlink links, and lsetstat changes a link itself', async () => {
  await write('one', 'first')
  await write('two', 'second')
  expect(readStatus(await extended(EXTENSION.posixRename, text('one'), text('two')))?.code).toBe(STATUS.ok)
  expect(readFileSync(home('two'), 'utf8')).toBe('first')
  expect(readStatus(await extended(EXTENSION.hardlink, text('two'), text('three')))?.code).toBe(STATUS.ok)
  expect(statSync(home('three')).ino).toBe(statSync(home('two')).ino)
  expect(readStatus(await sftp.client.request(PACKET.symlink, text('two'), text('link')))?.code).toBe(
    STATUS.ok,
  )
  const times = encodeAttributes({ atime: 1_000, mtime: 2_000 })
  expect(readStatus(await extended(EXTENSION.lsetstat, text('link'), times))?.code).toBe(STATUS.ok)
  expect(lstatSync(home('link')).mtimeMs).toBe(2_000_000)
  expect(statSync(home('two')).mtimeMs).not.toBe(2_000_000)
})

test('fsync, copy-data and the room on the disk are asked of the asset under its own handles', async () => {
  await write('from', 'copied')
  const from = await sftp.client.open('from', OPEN.read)
  const to = await sftp.client.open('to', OPEN.write | OPEN.create)
  const copied = await extended(EXTENSION.copyData, string(from), u64(0), u64(0), string(to), u64(0))
  expect(readStatus(copied)?.code).toBe(STATUS.ok)
  expect(readStatus(await extended(EXTENSION.fsync, string(to)))?.code).toBe(STATUS.ok)
  expect(readFileSync(home('to'), 'utf8')).toBe('copied')
  for (const reply of [
    await extended(EXTENSION.statvfs, text('.')),
    await extended(EXTENSION.fstatvfs, string(to)),
  ]) {
    expect(reply[4]).toBe(PACKET.extendedReply)
    expect(new Cursor(reply, BODY).u64()).toBeGreaterThan(0n)
  }
})

test('limits, home directories and the names of users and groups are those of the asset', async () => {
  const { asset } = world.sshd
  expect(new Cursor(await extended(EXTENSION.limits), BODY).u64()).toBe(256n * 1024n)
  const expanded = new Cursor(await extended(EXTENSION.expandPath, text('~/x')), BODY)
  expect([expanded.u32(), expanded.string().toString()]).toEqual([1, home('x')])
  const { uid = 0, gid = 0 } = await sftp.client.stat('.')
  const ids = [string(u32(uid)), string(u32(gid))]
  const named = new Cursor(await extended(EXTENSION.usersGroupsById, ...ids), BODY)
  expect(new Cursor(named.string()).string().toString()).toBe(asset.user)
})

test('with SFTP_ROOT = / the tree has all of the asset below its name', async () => {
  await using tree = await rawSftp(world.tree)
  linkSync(home('from'), home('linked'))
  symlinkSync('/etc', home('etc'))
  const { size } = await tree.client.stat('/web-01/etc/passwd')
  expect(Number(size)).toBe(statSync('/etc/passwd').size)
  expect((await tree.client.stat(`/web-01${home('etc')}/passwd`)).size).toBe(size)
  expect(await tree.client.realpath(`/web-01${home('linked')}`)).toBe(`/web-01${home('linked')}`)
})

test('an asset behind a gateway has its files, in the tree and directly', async () => {
  const gateway = scope.own(await startSshd())
  const { port, user, privateKey } = gateway.asset
  const way = { ip: '127.0.0.1', port, username: user, private_key: privateKey.text }
  const domain = world.core.addDomain('inner', way)
  const inner = world.core.addAsset({
    ...{ hostname: 'inner-01', ip: '127.0.0.1', domain: domain.id },
    protocols: [`ssh/${world.sshd.asset.port}`],
  })
  // A person of their own: core's list of grants is kept for a while.
  const publicKey = readFileSync(`${world.sshd.asset.privateKey.path}.pub`, 'utf8').split(' ')[1] ?? ''
  world.core.grant(world.core.addUser({ username: 'gina', publicKey }), inner, world.account)
  writeFileSync(home('behind'), 'the gateway')
  const account = world.sshd.asset.user
  const direct = scope.own(await rawSftp({ ...world.direct, user: `gina@${account}@inner-01` }))
  expect((await direct.client.stat('behind')).size).toBe(11n)
  const tree = scope.own(await rawSftp({ ...world.tree, user: 'gina' }))
  expect((await tree.client.stat(`/inner-01${home('behind')}`)).size).toBe(11n)
  await gateway.untilLog(/Accepted publickey/)
})

test('a connection is shared within a login, given up when nobody has used it, and made anew', async () => {
  const clock = new ManualClock(Date.now())
  const at = scope.own(await startFilesWorld({ clock }))
  const control = ['-o', 'ControlMaster=auto', '-o', `ControlPath=${join(at.directory, 'c')}`]
  const first = scope.own(await rawSftp(at.tree, ...control))
  await expect.poll(() => existsSync(join(at.directory, 'c'))).toBe(true)
  const second = scope.own(await rawSftp(at.tree, ...control))
  const sessions = () => [...at.core.state.sessions.values()]
  const ask = ({ client }: RawSftp): Promise<unknown> =>
    expect(client.stat('/web-01/none')).rejects.toMatchObject({ code: STATUS.noSuchFile })
  await Promise.all([ask(first), ask(second)])
  expect(sessions()).toHaveLength(1)
  clock.advance(5 * 60_000 + 1)
  await at.core.until(() => sessions()[0]?.is_finished)
  await ask(second)
  expect(sessions()).toHaveLength(2)
})
