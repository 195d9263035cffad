import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Secret } from '../../../src/base/secret.ts'
import { findAccessKey, parseAccessKey, saveAccessKey } from '../../../src/core/access-key.ts'
import { silentLog } from '../../../src/log.ts'
import { PAIRS_KEY } from '../../fixtures/core-fixtures.ts'
import { secretKey } from './parts.ts'

const line = `${PAIRS_KEY.id}:${PAIRS_KEY.secret}`
const log = silentLog()

async function folder() {
  const path = await mkdtemp(join(tmpdir(), 'cocod-key-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}

test('a saved key is found again, in a file for this user alone', async () => {
  await using home = await folder()
  const file = join(home.path, 'keys', '.access_key')
  expect(await findAccessKey({ file }, log)).toBeUndefined()
  await saveAccessKey(file, secretKey(PAIRS_KEY))
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect((await stat(join(home.path, 'keys'))).mode & 0o777).toBe(0o700)
  expect(await readdir(join(home.path, 'keys'))).toEqual(['.access_key'])
  const found = await findAccessKey({ file }, log)
  expect(found?.key.id).toBe(PAIRS_KEY.id)
  expect(found?.key.secret.reveal()).toBe(PAIRS_KEY.secret)
})

test('the configured value wins over the file, and the file over the older place', async () => {
  await using home = await folder()
  const file = join(home.path, 'key')
  const older = join(home.path, 'data', 'keys', '.access_key')
  await mkdir(join(home.path, 'data', 'keys'), { recursive: true })
  await writeFile(older, line)
  const options = { file, olderFiles: [older] }
  expect((await findAccessKey(options, log))?.source).toBe(older)
  await writeFile(file, line)
  expect((await findAccessKey(options, log))?.source).toBe(file)
  expect((await findAccessKey({ ...options, value: new Secret(line) }, log))?.source).toBe('ACCESS_KEY')
})

test('comments and blank lines before the key are skipped', () => {
  expect(parseAccessKey(`# made by hand\r\n\n  ${line}  \n`, 'x').secret.reveal()).toBe(PAIRS_KEY.secret)
})

test('a key file that was cut anywhere is refused, never taken for a missing one', async () => {
  await using home = await folder()
  const file = join(home.path, 'key')
  for (let length = 0; length < 68; length += 4) {
    await writeFile(file, line.slice(0, length))
    await expect(findAccessKey({ file }, log)).rejects.toMatchObject({ code: 'CORE_ACCESS_KEY' })
  }
})

test('a key file open to others is closed to them', async () => {
  await using home = await folder()
  const file = join(home.path, 'key')
  await writeFile(file, line)
  await chmod(file, 0o644)
  await findAccessKey({ file }, log)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(await readFile(file, 'utf8')).toBe(line)
})

test('a key file that a group may read, as mounted secrets are, is left alone', async () => {
  await using home = await folder()
  const file = join(home.path, 'key')
  await writeFile(file, line)
  await chmod(file, 0o440)
  expect((await findAccessKey({ file }, log))?.source).toBe(file)
  expect((await stat(file)).mode & 0o777).toBe(0o440)
})

test('an error about a key does not show it', () => {
  const broken = `no-uuid:${PAIRS_KEY.secret}`
  expect(() => parseAccessKey(broken, 'ACCESS_KEY')).toThrow(expect.not.stringContaining(PAIRS_KEY.secret))
})
