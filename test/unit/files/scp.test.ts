import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseScp } from '../../../src/files/scp/command.ts'
import { carrierIn } from '../../../src/files/unparsed.ts'
import { run, scp, ssh, sshOptions, there } from '../../fixtures/file-clients.ts'
import { type FilesWorld, startFilesWorld } from '../../fixtures/files-world.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'
import { replayText } from '../../fixtures/replay-text.ts'

let world: FilesWorld
let content: Buffer
beforeAll(async () => {
  world = await startFilesWorld()
  content = randomBytes(700_000)
  mkdirSync(local('dir/sub'), { recursive: true })
  for (const name of ['one.bin', 'dir/a.bin', 'dir/sub/b.bin']) writeFileSync(local(name), content)
  chmodSync(local('dir/a.bin'), 0o640)
})
afterAll(() => world[Symbol.asyncDispose]())

const local = (name: string): string => join(world.directory, name)
const home = (name: string): string => join(world.sshd.asset.home, name)

/** Operations as core has them, when there are as many as `count` of those that match. */
const logged = (match: RegExp, count = 1) =>
  world.core.until(({ state }) => {
    const found = state.fileLogs.filter(({ operate, filename }) => match.test(`${operate} ${filename}`))
    return found.length >= count && found
  })

test.each([
  ['scp -t /tmp', 'upload', '/tmp'],
  ['scp -r -p -d -t -- "/tmp/a b"', 'upload', '/tmp/a b'],
  ['/usr/bin/scp -f ~/x*', 'download', '~/x*'],
])('“%s” is the old protocol', (command, direction, path) => {
  expect(parseScp(command)).toMatchObject({ direction, path })
})

test.each([
  'scp -t /tmp; id',
  'scp -t $(id)',
  'scp -f "`id`"',
  'scp -t /tmp && id',
  'scp -t /tmp > /x',
  'scp a b',
  'scp -t',
  'scp -t /tmp\nid',
  '/tmp/scp -t /tmp',
  '~/bin/scp -f x',
  'scp -f x -S/tmp/other',
  'scp -t -S /tmp/other x',
])('“%s” is more than that, and is not followed', (command) => {
  expect(parseScp(command)).toBeUndefined()
})

test.each([
  ['rsync --server -logDtpre.iLsfxCIvu . /tmp', 'rsync'],
  ['cd /x && tar xf -', 'tar'],
  ['/usr/lib/openssh/sftp-server', 'sftp-server'],
  ['sudo -n tar c x', 'tar'],
  ['cat > /tmp/x', 'cat'],
  ['scp -t $(id)', 'scp'],
  ['/tmp/scp -t /tmp', 'scp'],
  ['uptime', undefined],
  ['grep tar /etc/hosts', undefined],
])('“%s” carries files by %s', (command, program) => {
  expect(carrierIn(command)).toBe(program)
})

test('scp -O brings files and directories there and back, with modes and times, each on record', async () => {
  const up = await scp(world.direct, '-O', '-r', '-p', local('dir'), local('one.bin'), there('.'))
  expect(up).toEqual({ stdout: '', stderr: '', code: 0 })
  expect(statSync(home('dir/a.bin')).mode & 0o777).toBe(0o640)
  const down = await scp(world.direct, '-O', '-r', '-p', there('dir'), local('back'))
  expect(down).toEqual({ stdout: '', stderr: '', code: 0 })
  expect(readFileSync(local('back/sub/b.bin')).equals(content)).toBe(true)
  expect(statSync(local('back/a.bin')).mtimeMs).toBeCloseTo(statSync(local('dir/a.bin')).mtimeMs, -4)
  const uploads = await logged(/^Upload .*(dir\/a\.bin|dir\/sub\/b\.bin|one\.bin)$/, 3)
  expect(uploads.every(({ is_success }) => is_success)).toBe(true)
  await logged(/^Download dir\/(a\.bin|sub\/b\.bin)$/, 2)
})

test('scp in its newer mode is SFTP, and on record too', async () => {
  expect((await scp(world.direct, local('one.bin'), there('two.bin'))).code).toBe(0)
  expect((await scp(world.direct, there('two.bin'), local('three.bin'))).code).toBe(0)
  expect(readFileSync(local('three.bin')).equals(content)).toBe(true)
  await logged(/^Upload .*two\.bin$/)
})

test('rsync and tar pass, on record as not parsed', async () => {
  const rsh = `ssh ${sshOptions(world.direct).join(' ')}`
  const rsync = await run('rsync', ['-a', '-e', rsh, `${local('dir')}/`, `127.0.0.1:synced`])
  expect(rsync).toEqual({ stdout: '', stderr: '', code: 0 })
  expect(readFileSync(home('synced/sub/b.bin')).equals(content)).toBe(true)
  const tar = await ssh(world.direct, 'tar cf - synced | wc -c')
  expect(Number(tar.stdout)).toBeGreaterThan(content.length)
  const [first] = await logged(/^Unparsed rsync --server/)
  expect(first).toMatchObject({ is_success: true, asset: 'web-01' })
  await logged(/^Unparsed tar cf/)
})

test('without upload nothing is written by scp or rsync, and the refusal is told and on record', async () => {
  await using small = await startFilesWorld({ actions: ['connect', 'download_file'] })
  const up = await scp(small.direct, '-O', '-r', local('dir'), local('one.bin'), there('.'))
  expect(up.code).not.toBe(0)
  expect(up.stderr).toMatch(/may not upload/)
  // Not even its program was begun.
  expect(small.sshd.log).not.toMatch(/command for/)
  expect((await ssh(small.direct, 'ls')).stdout).toBe('')
  const rsh = `ssh ${sshOptions(small.direct).join(' ')}`
  const rsync = await run('rsync', ['-a', '-e', rsh, local('one.bin'), '127.0.0.1:synced'])
  expect(rsync.stderr).toMatch(/both upload and download/)
  await small.core.until(({ state }) => state.fileLogs.filter(({ is_success }) => !is_success).length >= 2)
  expect((await ssh(small.direct, 'ls')).stdout).toBe('')
})

test.each([
  ['times that are none', 'Tsecret words\n'],
  ['an end with words', 'Esecret words\n'],
  ['more complaints than files', `\x01${'secret '.repeat(1000)}\n`.repeat(12)],
])('%s are no scp, and end it', async (_, lines) => {
  const { code, stderr } = await ssh(world.direct, 'scp -t .', lines)
  expect(code).toBe(255)
  expect(stderr).toMatch(/\w/)
})

test('what scp says beside the files is in the replay', async () => {
  expect((await scp(world.direct, '-O', '-r', local('dir'), there('none/such'))).code).toBe(1)
  expect((await scp(world.direct, '-O', there('missing'), local('x'))).code).toBe(1)
  await replayText(world.directory, /scp: .*none\/such.*No such file/)
  await replayText(world.directory, /scp: .*missing.*No such file/)
})

test('a right withdrawn in the middle of one file stops it, with the truth on record', async () => {
  const clock = new ManualClock(Date.now())
  await using at = await startFilesWorld({ clock })
  const child = spawn('ssh', [...sshOptions(at.direct), '127.0.0.1', 'scp -t .'], { stdio: 'pipe' })
  child.stdin.on('error', () => {})
  const exited = once(child, 'close')
  const written = (): number => statSync(join(at.sshd.asset.home, 'up'), { throwIfNoEntry: false })?.size ?? 0
  child.stdin.write('C0644 1000000000 up\n')
  child.stdin.write(Buffer.alloc(100_000))
  await expect.poll(written, { timeout: 30_000 }).toBeGreaterThan(0)
  at.core.grant(at.user, at.web, at.account, ['connect', 'download_file'])
  clock.advance(46_000)
  const more = setInterval(() => child.stdin.write(Buffer.alloc(1000)), 20)
  await exited
  clearInterval(more)
  const log = await at.core.until(({ state }) => state.fileLogs[0])
  expect(log).toMatchObject({ operate: 'Upload', filename: './up', is_success: false })
  expect(written()).toBeLessThan(1_000_000_000)
})

test('UNPARSED_TRANSFER = deny forbids what cannot be followed, and other commands run', async () => {
  await using strict = await startFilesWorld({ env: { UNPARSED_TRANSFER: 'deny' } })
  const tar = await ssh(strict.direct, 'tar cf - .')
  expect(tar).toMatchObject({ stdout: '', code: 255 })
  expect(tar.stderr).toMatch(/Transfers by tar cannot be followed/)
  expect((await ssh(strict.direct, 'echo hello')).stdout).toBe('hello\n')
  expect((await scp(strict.direct, '-O', local('one.bin'), there('.'))).code).toBe(0)
})
