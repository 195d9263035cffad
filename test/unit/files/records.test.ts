import { chmodSync, copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Scope } from '../../../src/base/scope.ts'
import { encodeAttributes } from '../../../src/files/sftp/attributes.ts'
import { readStatus, SftpStatus } from '../../../src/files/sftp/client.ts'
import { string } from '../../../src/files/sftp/encode.ts'
import { OPEN, PACKET, STATUS } from '../../../src/files/sftp/protocol.ts'
import { type FilesWorld, type FilesWorldOptions, startFilesWorld } from '../../fixtures/files-world.ts'
import { rawSftp } from '../../fixtures/raw-sftp.ts'
import { sessionsOf } from '../../fixtures/replay-text.ts'
import { temporaryDirectory } from '../../fixtures/temporary-directory.ts'

let scope = new Scope()
afterEach(() => scope.close())
beforeEach(() => {
  scope = new Scope()
})

const world = async (options: FilesWorldOptions = {}): Promise<FilesWorld> =>
  scope.own(await startFilesWorld(options))

/** The records of core, when there are as many. */
const logged = ({ core }: FilesWorld, count: number): Promise<string[]> =>
  core.until(({ state }) =>
    state.fileLogs.length >= count
      ? state.fileLogs.map(
          ({ asset, operate, filename, is_success }) => `${asset} ${operate} ${filename} ${is_success}`,
        )
      : undefined,
  )

test('an asset whose answers are cut short fails the transfer, which is on record', async () => {
  const { path } = scope.own(await temporaryDirectory())
  const program = join(path, 'lying-sftp.mjs')
  copyFileSync(join(import.meta.dirname, '../../fixtures/programs/lying-sftp.mjs'), program)
  for (const each of [path, program]) chmodSync(each, 0o755)
  const at = await world({ sshd: { config: [`ForceCommand ${process.execPath} ${program}`] } })
  const { client } = scope.own(await rawSftp(at.direct))
  const handle = await client.open('/written', OPEN.write | OPEN.create)
  await client.write(handle, 0, Buffer.from('content'))
  await expect(client.close(handle)).rejects.toThrow(SftpStatus)
  const other = await client.open('/read', OPEN.read)
  await expect(client.request(PACKET.fstat, string(other))).resolves.toBeDefined()
  expect(await logged(at, 2)).toEqual(['web-01 Upload /written false', 'web-01 Download /read false'])
})

test('attributes that are changed by an open file are on record, done or refused, and leave its hash', async () => {
  const at = await world()
  const { client } = scope.own(await rawSftp(at.direct))
  const file = join(at.sshd.asset.home, 'file')
  const handle = await client.open('file', OPEN.write | OPEN.create | OPEN.truncate)
  await client.write(handle, 0, Buffer.from('content'))
  const mode = (bits: number): Promise<Buffer> =>
    client.request(PACKET.fsetstat, string(handle), encodeAttributes({ mode: bits }))
  await mode(0o600)
  await client.close(handle)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(await logged(at, 2)).toEqual(['web-01 Setstat file true', 'web-01 Upload file true'])
  const [record] = (await sessionsOf(at.directory)).map((path) => join(path, 'transfers.ndjson'))
  expect(readFileSync(record ?? '', 'utf8')).toMatch(/"Upload".*"sha256"/)
})

test('a change of attributes by an open file that is not granted is refused, and on record', async () => {
  const at = await world({ actions: ['connect', 'download_file'] })
  writeFileSync(join(at.sshd.asset.home, 'file'), '')
  chmodSync(join(at.sshd.asset.home, 'file'), 0o644)
  const { client } = scope.own(await rawSftp(at.direct))
  const handle = await client.open('file', OPEN.read)
  const reply = await client.request(PACKET.fsetstat, string(handle), encodeAttributes({ mode: 0o600 }))
  expect(readStatus(reply)?.code).toBe(STATUS.permissionDenied)
  expect(await logged(at, 1)).toEqual(['web-01 Setstat file false'])
})

test('what is refused above the assets, between them and for its path is on record', async () => {
  const at = await world()
  const other = at.core.addAsset({ hostname: 'web-02', ip: '127.0.0.1', protocols: ['ssh/1'] })
  at.core.grant(at.user, other, at.account)
  const { client } = scope.own(await rawSftp(at.tree))
  const refused: ReadonlyArray<() => Promise<unknown>> = [
    () => client.mkdir('/new'),
    () => client.open('/none/file', OPEN.read),
    () => client.open('/file', OPEN.write | OPEN.create),
    () => client.rename('/web-01/a', '/web-02/a'),
    () => client.rmdir('/web-01'),
    () => client.mkdir('/web-01/a\nb'),
  ]
  for (const act of refused) await expect(act()).rejects.toThrow(SftpStatus)
  expect(await logged(at, refused.length)).toEqual([
    '- Mkdir /new false',
    '- Download /none/file false',
    '- Upload /file false',
    'web-01 Rename /web-01/a=>/web-02/a false',
    'web-01 Rmdir /web-01 false',
    'web-01 Mkdir /web-01/a\\x0ab false',
  ])
})
