import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sftp } from '../../fixtures/file-clients.ts'
import { type FilesWorld, startFilesWorld } from '../../fixtures/files-world.ts'

let world: FilesWorld
beforeAll(async () => {
  world = await startFilesWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

const local = (name: string): string => join(world.directory, name)

test('a direct login begins in the home of the asset’s account, with its real paths', async () => {
  const { stdout, stderr, code } = await sftp(world.direct, ['pwd'])
  expect(stderr).toBe('')
  expect(code).toBe(0)
  expect(stdout).toContain(world.sshd.asset.home)
})

test('what is uploaded and downloaded again is the same, in names and in bytes', async () => {
  const content = randomBytes(3_000_000)
  writeFileSync(local('in.bin'), content)
  const name = '名字 ü.bin'
  const { stderr, code } = await sftp(world.direct, [
    `put ${local('in.bin')} "${name}"`,
    `get "${name}" ${local('out.bin')}`,
    `ls -la`,
    `rename "${name}" b.bin`,
    'mkdir d',
    'rename b.bin d/c.bin',
    'df d',
    'ln d/c.bin d/e.bin',
    'symlink c.bin d/s',
    'rm d/s',
    'rm d/e.bin',
    'rm d/c.bin',
    'rmdir d',
  ])
  expect(stderr).toBe('')
  expect(code).toBe(0)
  expect(readFileSync(local('out.bin')).equals(content)).toBe(true)
})

test('the tree lists assets, and within one the files of SFTP_ROOT', async () => {
  const { stdout, stderr, code } = await sftp(world.tree, ['pwd', 'ls', 'cd web-01', 'pwd', 'ls -l'])
  expect(stderr).toBe('')
  expect(code).toBe(0)
  expect(stdout).toMatch(/working directory: \/\n[\s\S]*web-01[\s\S]*working directory: \/web-01/)
})
