import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { accessSync, constants, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { duplexPair } from '../../../src/files/duplex-pair.ts'
import { FilesClient } from '../../../src/files/files-client.ts'
import { PASSWORD } from '../../fixtures/bastion.ts'
import { run, sshOptions } from '../../fixtures/file-clients.ts'
import { type FilesWorld, type Login, startFilesWorld } from '../../fixtures/files-world.ts'
import { rawSftp } from '../../fixtures/raw-sftp.ts'

let world: FilesWorld
let content: Buffer
beforeAll(async () => {
  world = await startFilesWorld({ env: { SFTP_ROOT: 'home' } })
  content = randomBytes(1_500_000)
  writeFileSync(local('file'), content)
})
afterAll(() => world[Symbol.asyncDispose]())

const local = (name: string): string => join(world.directory, name)
const remote = (name: string): Buffer => readFileSync(join(world.sshd.asset.home, name))
const isSame = (bytes: Buffer): boolean => bytes.equals(content)

/** PuTTY's tools take passwords and host keys on the command line. */
const putty = ({ port, user }: Login): string[] => {
  const key = world.daemon.hostKeys.find(({ type }) => type === 'ssh-ed25519')?.fingerprint ?? ''
  return ['-batch', '-P', String(port), '-l', user, '-pw', PASSWORD, '-hostkey', key]
}

test('PuTTY: psftp in the tree, pscp both ways', async () => {
  const commands = [
    'ls',
    'cd web-01',
    `put ${local('file')} by-psftp`,
    `get by-psftp ${local('psftp-back')}`,
    'quit',
  ]
  const psftp = await run('psftp', [...putty(world.tree), '127.0.0.1'], {
    input: `${commands.join('\n')}\n`,
    home: local(''),
  })
  expect(psftp.code, psftp.stderr).toBe(0)
  expect(isSame(remote('by-psftp'))).toBe(true)
  expect(isSame(readFileSync(local('psftp-back')))).toBe(true)
  for (const mode of ['-sftp', '-scp']) {
    const up = await run('pscp', [mode, ...putty(world.direct), local('file'), `127.0.0.1:pscp${mode}`], {
      home: local(''),
    })
    expect(up.code, up.stderr).toBe(0)
    expect(isSame(remote(`pscp${mode}`))).toBe(true)
  }
})

test('lftp: mirror there and back', async () => {
  mkdirSync(local('mirror/sub'), { recursive: true })
  for (const name of ['a', 'sub/b']) writeFileSync(local(`mirror/${name}`), content)
  const ssh = `ssh -a -x ${sshOptions(world.tree).join(' ')}`
  const script = [
    `set sftp:connect-program "${ssh}"`,
    `open -u alice,x sftp://127.0.0.1`,
    `mirror -R ${local('mirror')} /web-01/mirrored`,
    `mirror /web-01/mirrored ${local('mirror-back')}`,
    'exit',
  ]
  const lftp = await run('lftp', ['-c', script.join('; ')], { home: local('') })
  expect(lftp.code, lftp.stderr).toBe(0)
  expect(isSame(readFileSync(local('mirror-back/sub/b')))).toBe(true)
})

test('paramiko: a whole file, prefetched, and a file that is read and written in places', async () => {
  const program = `
import paramiko, sys
t = paramiko.Transport(('127.0.0.1', ${world.direct.port}))
t.connect(username='${world.direct.user}', password='${PASSWORD}')
s = paramiko.SFTPClient.from_transport(t)
s.put('${local('file')}', 'by-paramiko')
s.get('by-paramiko', '${local('paramiko-back')}')
with s.open('places', 'w+') as f:
    f.write(b'0123456789')
    f.seek(4)
    f.write(b'x')
    f.seek(0)
    assert f.read() == b'0123x56789'
    f.truncate(5)
assert s.stat('places').st_size == 5
s.rename('places', 'placed')
s.symlink('placed', 'link')
assert s.readlink('link') == 'placed'
assert 'placed' in s.listdir('.')
t.close()
`
  const python = await run('/usr/bin/python3', ['-c', program], { home: local('') })
  expect(python.code, python.stderr).toBe(0)
  expect(isSame(remote('by-paramiko'))).toBe(true)
  expect(isSame(readFileSync(local('paramiko-back')))).toBe(true)
})

test('curl (libssh2): up and down', async () => {
  const url = `sftp://127.0.0.1:${world.tree.port}/web-01/by-curl`
  const login = ['-sS', '-k', '-u', `alice:${PASSWORD}`]
  const up = await run('curl', [...login, '-T', local('file'), url], { home: local('') })
  expect(up.code, up.stderr).toBe(0)
  const down = await run('curl', [...login, '-o', local('curl-back'), url], { home: local('') })
  expect(down.code, down.stderr).toBe(0)
  expect(isSame(readFileSync(local('curl-back')))).toBe(true)
})

/** A container without the device, or without the right to mount, has no FUSE: then sshfs has nothing to show. */
const hasFuse = (): boolean => {
  try {
    accessSync('/dev/fuse', constants.R_OK | constants.W_OK)
    execFileSync('sh', ['-c', 'exec 3<>/dev/fuse'], { stdio: 'ignore' })
    return existsSync('/usr/bin/sshfs')
  } catch {
    return false
  }
}

test('sshfs: a mounted home is written, renamed and read (where the machine has FUSE)', async () => {
  if (!hasFuse()) return expect(hasFuse()).toBe(false)
  mkdirSync(local('mount'))
  const { port, user } = world.direct
  const options = sshOptions(world.direct)
    .slice(2)
    .filter((each, at, all) => !/^(Port|User)=/.test(all[at + 1] ?? '') && !/^(Port|User)=/.test(each))
  const mounted = await run('sshfs', ['-p', String(port), ...options, `${user}@127.0.0.1:`, local('mount')])
  if (/fusermount|mount failed|not permitted/.test(mounted.stderr)) return
  expect(mounted.stderr).toBe('')
  // Programs of their own touch the mount: this process serves it, and must not wait for itself.
  try {
    const place = local('mount/by-sshfs')
    const steps = `cp ${local('file')} ${place} && mv ${place} ${place}2 && cmp ${local('file')} ${place}2`
    expect(await run('sh', ['-c', steps])).toEqual({ stdout: '', stderr: '', code: 0 })
  } finally {
    await run('fusermount', ['-u', local('mount')])
  }
  expect(isSame(remote('by-sshfs2'))).toBe(true)
})

test('code writes and reads whole files, with no more under way than it may', async () => {
  await using raw = await rawSftp(world.tree)
  const client = new FilesClient(raw.client.link, { close: async () => {}, failed: () => {} })
  await client.writeFile('/web-01/by-code', [content.subarray(0, 70_000), content.subarray(70_000)])
  expect(isSame(remote('by-code'))).toBe(true)
  const pieces: Buffer[] = []
  for await (const piece of client.readFile('/web-01/by-code', 10)) pieces.push(piece)
  expect(Buffer.concat(pieces).equals(content.subarray(10))).toBe(true)
})

test('a pipe within the process keeps what is written until it is read, and ends with its other end', async () => {
  const [near, far] = duplexPair()
  const big = randomBytes(2_000_000)
  let taken = false
  near.end(big, () => {
    taken = true
  })
  await new Promise((resolve) => setImmediate(resolve))
  expect(taken).toBe(false)
  const chunks: Buffer[] = []
  for await (const chunk of far) if (Buffer.isBuffer(chunk)) chunks.push(chunk)
  expect(Buffer.concat(chunks).equals(big)).toBe(true)
})
