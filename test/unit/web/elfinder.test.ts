import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
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
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { ElfinderClient } from '../../fixtures/elfinder-client.ts'
import { type FilesWorld, startFilesWorld } from '../../fixtures/files-world.ts'
import { until } from '../../fixtures/until.ts'

let world: FilesWorld
let alice: ElfinderClient
let origin = ''
const ALICE = 'sessionid=s-alice; csrftoken=c'
const BOB = 'sessionid=s-bob; csrftoken=c'

beforeAll(async () => {
  world = await startFilesWorld({ env: { SFTP_ROOT: 'home', WEB_UPLOAD_MAX_MB: '64' } })
  origin = `http://127.0.0.1:${world.daemon.web.port}`
  const { core, user } = world
  const bob = core.addUser({ username: 'bob', name: 'Bob', password: 'x' })
  core.state.webSessions.set('c s-alice', user.id)
  core.state.webSessions.set('c s-bob', bob.id)
})
afterAll(() => world[Symbol.asyncDispose]())
beforeEach(async () => {
  world.core.grant(world.user, world.web, world.account)
  world.core.state.fileLogs = []
  execFileSync('find', [home(), '-mindepth', '1', '-delete'])
  alice = await ElfinderClient.of(origin, ALICE, { sid: randomBytes(4).toString('hex') })
})

const home = (...names: string[]): string => join(world.sshd.asset.home, ...names)
const names = (entries: readonly { name: string }[] | undefined): string[] =>
  (entries ?? []).map(({ name }) => name).toSorted()
const logs = (): string[] =>
  world.core.state.fileLogs.map(({ operate, filename }) => `${operate} ${filename}`)

test('a page begins at all assets, one of an asset in it, and goes down from there', async () => {
  mkdirSync(home('dir/inner'), { recursive: true })
  writeFileSync(home('file'), 'abc')
  const start = await alice.ask('cmd=open&target=&init=1&tree=1')
  expect(start).toMatchObject({
    api: '2.1',
    uplMaxSize: '4M',
    cwd: { name: 'Home', locked: 1, mime: 'directory' },
  })
  expect(start.cwd).not.toHaveProperty('phash')
  expect(names(start.files)).toEqual(['Home', 'web-01'])
  const host = await alice.hash('web-01')
  const open = await alice.ask({ cmd: 'open', target: host })
  expect(names(open.files)).toEqual(['dir', 'file', 'web-01'])
  expect(open.files?.find(({ name }) => name === 'file')).toMatchObject({
    size: 3,
    phash: host,
    read: 1,
    write: 1,
  })
  expect(names((await alice.ask({ cmd: 'tree', target: host })).tree)).toEqual(['dir'])
  const inner = await alice.hash('web-01', 'dir', 'inner')
  expect(names((await alice.ask({ cmd: 'parents', target: inner })).tree)).toEqual([
    'Home',
    'dir',
    'inner',
    'web-01',
  ])

  const one = await ElfinderClient.of(origin, ALICE, { host: world.web.id })
  const begin = await one.ask('cmd=open&target=&init=1&tree=1')
  expect(begin.cwd).toMatchObject({ name: 'web-01', locked: 1 })
  expect(begin.cwd).not.toHaveProperty('phash')
  expect(names(begin.files)).toEqual(['dir', 'file', 'web-01'])
})

test('directories and files are made, renamed, moved, copied and removed, and all of it is on record', async () => {
  const host = await alice.hash('web-01')
  expect(await alice.ask({ cmd: 'mkdir', target: host, name: 'new' })).toMatchObject({
    added: [{ name: 'new' }],
  })
  const made = await alice.ask({ cmd: 'mkfile', target: host, name: 'empty' })
  const renamed = await alice.ask({ cmd: 'rename', target: made.added?.[0]?.hash ?? '', name: 'note' })
  expect(renamed).toMatchObject({ added: [{ name: 'note' }], removed: [made.added?.[0]?.hash] })
  writeFileSync(home('note'), 'text')
  const directory = await alice.hash('web-01', 'new')
  const note = renamed.added?.[0]?.hash ?? ''
  await alice.ask(`cmd=paste&dst=${directory}&targets[]=${note}&cut=0`)
  expect([readFileSync(home('note'), 'utf8'), readFileSync(home('new/note'), 'utf8')]).toEqual([
    'text',
    'text',
  ])
  await alice.ask(`cmd=paste&dst=${directory}&targets[]=${note}&cut=1&renames[]=note&suffix=~`)
  expect([existsSync(home('note')), readdirSync(home('new')).toSorted()]).toEqual([false, ['note', 'note~1']])
  expect((await alice.ask(`cmd=size&targets[0]=${directory}`)).size).toBe(8)
  expect(await alice.ask(`cmd=rm&targets[]=${directory}`)).toEqual({ removed: [directory] })
  expect(readdirSync(home())).toEqual([])
  await until(() => logs().some((line) => line.startsWith('Rmdir')))
  for (const operate of ['Mkdir', 'Upload', 'Rename', 'Download', 'Delete', 'Rmdir'])
    expect(
      logs().some((line) => line.startsWith(operate)),
      operate,
    ).toBe(true)
  expect(world.core.state.fileLogs[0]).toMatchObject({
    user: 'Alice (alice)',
    asset: 'web-01',
    is_success: true,
  })
})

test('names of any kind are shown, opened and downloaded as they are', async () => {
  const odd = [
    '中文 é.txt',
    'quote\'".txt',
    '<img src=x onerror=hit()>',
    '%2e%2e',
    'a&b=c;d',
    '-rf',
    'ends with .',
    '😀',
  ]
  for (const name of odd) writeFileSync(home(name), name)
  // Latin-1: a name that is no UTF-8.
  execFileSync('bash', ['-c', `printf raw > "${home()}/"$'caf\\xe9'`])
  const host = await alice.hash('web-01')
  const { files } = await alice.ask({ cmd: 'open', target: host })
  expect(names(files)).toEqual([...odd, 'caf\\xe9', 'web-01'].toSorted())
  for (const name of [...odd, 'caf\\xe9']) {
    const hash = files?.find((each) => each.name === name)?.hash ?? ''
    const answer = await alice.get({ cmd: 'file', target: hash, download: '1' })
    expect(await answer.text()).toBe(name === 'caf\\xe9' ? 'raw' : name)
    const disposition = answer.headers.get('content-disposition') ?? ''
    expect(decodeURIComponent(disposition.split("UTF-8''")[1] ?? '')).toBe(name)
    expect(answer.headers.get('content-type')).toBe('application/octet-stream')
  }
  for (const name of ['中文 é.txt', '-rf', 'a&b=c;d']) {
    chmodSync(home(name), 0o666)
    const form = [
      ['target', host],
      ['upload[]', new Blob(['new']), name],
    ] as const
    expect(await alice.post(form)).toMatchObject({ added: [{ name, size: 3 }] })
    expect(readFileSync(home(name), 'utf8')).toBe('new')
  }
  for (const name of ['', '.', '..', 'a/b', 'line\nbreak', 'x'.repeat(256)]) {
    const { error } = await alice.ask({ cmd: 'mkfile', target: host, name })
    expect([name, error?.[0]?.length ?? 0]).toEqual([name, expect.toSatisfy((length: number) => length > 10)])
  }
})

test('pieces of a file come in any order, with an empty last one, and are one upload on record', async () => {
  const content = randomBytes(10_000_000)
  const host = await alice.hash('web-01')
  const size = 2_500_000
  const send = (index: number, cid = '123456789') => {
    const bytes = content.subarray(index * size, (index + 1) * size)
    return alice.post([
      ['target', host],
      ['upload[]', new Blob([bytes]), 'blob'],
      ['chunk', `big.bin.${index}_4.part`],
      ['cid', cid],
      ['range', `${index * size},${bytes.length},${content.length}`],
    ])
  }
  for (const index of [2, 0, 4]) expect(await send(index)).toEqual({ added: [] })
  const both = await Promise.all([send(3), send(1)])
  const merged = both.find((answer) => answer._chunkmerged !== undefined)
  expect(merged?._name).toBe('big.bin')
  const last = [
    ['target', host],
    ['chunk', merged?._chunkmerged ?? ''],
    ['upload[]', 'big.bin'],
    ['mtime[]', 'undefined'],
  ] as const
  expect(await alice.post(last)).toMatchObject({ added: [{ name: 'big.bin', size: content.length }] })
  expect(readFileSync(home('big.bin')).equals(content)).toBe(true)
  await until(() => logs().some((line) => line.endsWith('/big.bin')))
  expect(logs().filter((line) => line.endsWith('/big.bin'))).toEqual([expect.stringMatching(/^Upload/)])
  // The word counts once, and given up is given up.
  expect((await alice.post(last)).error?.[0]).toContain('do not fit together')
  await send(0, '987654321')
  await alice.post([
    ['target', host],
    ['upload[]', 'chunkfail'],
    ['cid', '987654321'],
  ])
  expect(existsSync(home('big.bin'))).toBe(false)
})

test('a folder arrives in any order, by the hashes or by the letters of its directories', async () => {
  const host = await alice.hash('web-01')
  const { hashes } = await alice.ask(`cmd=mkdir&target=${host}&dirs[]=/one/two&dirs[]=/one`)
  expect(Object.keys(hashes ?? {})).toEqual(['/one/two', '/one'])
  await alice.post([
    ['target', host],
    ['upload[]', new Blob(['b']), 'b'],
    ['upload[]', new Blob(['a']), 'a'],
    ['upload_path[]', hashes?.['/one/two'] ?? ''],
    ['upload_path[]', hashes?.['/one'] ?? ''],
  ])
  // Deeper first, nothing made before: the directory's letters, and the file's own.
  const letters = [
    ['/x/y/z', 'c'],
    ['/x/d.txt', 'd.txt'],
    ['/x/y', 'e'],
  ] as const
  const answers = await Promise.all(
    letters.map(([place, name]) =>
      alice.post([
        ['target', host],
        ['upload[]', new Blob([name]), name],
        ['upload_path[]', place],
      ]),
    ),
  )
  expect(answers.map(({ error }) => error)).toEqual([undefined, undefined, undefined])
  for (const path of ['one/a', 'one/two/b', 'x/y/z/c', 'x/d.txt', 'x/y/e'])
    expect(readFileSync(home(path), 'utf8')).toBe(path.split('/').at(-1))
  const out = await alice.post([
    ['target', host],
    ['upload[]', new Blob(['']), 'f'],
    ['upload_path[]', '/../../out'],
  ])
  expect(out.error?.[0]).toContain('No file can have this name')
})

test('a download is the file, or the part that is asked for', async () => {
  const content = randomBytes(3_000_000)
  writeFileSync(home('data'), content)
  const target = await alice.hash('web-01', 'data')
  const query = { cmd: 'file', target, download: '1' }
  const whole = await alice.get(query)
  expect(Buffer.from(await whole.arrayBuffer()).equals(content)).toBe(true)
  expect(whole.headers.get('content-disposition')).toContain('attachment')
  const tag = whole.headers.get('etag') ?? ''
  for (const [range, from, to] of [
    ['bytes=0-0', 0, 1],
    ['bytes=2999990-', 2_999_990, 3_000_000],
    ['bytes=-5', 2_999_995, 3_000_000],
    ['bytes=1000-1999999', 1000, 2_000_000],
  ] as const) {
    const part = await alice.get(query, { Range: range, 'If-Range': tag })
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes ${from}-${to - 1}/3000000`])
    expect(Buffer.from(await part.arrayBuffer()).equals(content.subarray(from, to))).toBe(true)
  }
  const other = await alice.get(query, { Range: 'bytes=0-0', 'If-Range': '"other"' })
  expect([other.status, (await other.arrayBuffer()).byteLength]).toEqual([200, 3_000_000])
  expect((await alice.get(query, { Range: 'bytes=3000000-' })).status).toBe(416)
})

test('a folder comes as a zip with what could be read, and says what could not', async () => {
  mkdirSync(home('dir/sub'), { recursive: true })
  const content = randomBytes(2_000_000)
  writeFileSync(home('dir/sub/data'), content)
  writeFileSync(home('dir/中文'), 'text')
  mkdirSync(home('dir/empty'))
  symlinkSync('sub/data', home('dir/link'))
  symlinkSync('.', home('dir/loop'))
  symlinkSync('nowhere', home('dir/dangling'))
  execFileSync('mkfifo', [home('dir/pipe')])
  const target = await alice.hash('web-01', 'dir')
  const { zipdl } = await alice.ask(`cmd=zipdl&targets[]=${target}`)
  expect(zipdl).toMatchObject({ name: 'dir.zip', mime: 'application/zip' })
  const query = new URLSearchParams({ cmd: 'zipdl', download: '1' })
  for (const each of [target, zipdl?.file ?? '', 'dir.zip', 'application/zip'])
    query.append('targets[]', each)
  const answer = await alice.get(query.toString())
  const file = join(world.directory, 'dir.zip')
  writeFileSync(file, Buffer.from(await answer.arrayBuffer()))
  const listed = execFileSync('python3', ['-c', LIST, file]).toString().trim().split('\n')
  const sum = createHash('sha256').update(content).digest('hex')
  const ofText = createHash('sha256').update('text').digest('hex')
  expect(listed.toSorted()).toEqual(
    [
      'dir/',
      'dir/empty/',
      'dir/sub/',
      `dir/link ${sum}`,
      `dir/sub/data ${sum}`,
      `dir/中文 ${ofText}`,
    ].toSorted(),
  )
  // Fetched once, and of nobody else.
  expect((await alice.get(query.toString())).status).toBe(409)
})

const LIST = `
import hashlib, sys, zipfile
zip = zipfile.ZipFile(sys.argv[1])
assert zip.testzip() is None
for info in zip.infolist():
    print(info.filename if info.is_dir() else info.filename + ' ' + hashlib.sha256(zip.read(info)).hexdigest())
`

test("what a person's rights do not hold is refused in words, and on record", async () => {
  writeFileSync(home('file'), 'secret')
  world.core.grant(world.user, world.web, world.account, ['connect'])
  const target = await alice.hash('web-01', 'file')
  const host = await alice.hash('web-01')
  const download = await alice.get({ cmd: 'file', target, download: '1' })
  expect([download.status, await download.text()]).toEqual([
    409,
    expect.stringContaining('You may not download'),
  ])
  const upload = await alice.post([
    ['target', host],
    ['upload[]', new Blob(['x']), 'up'],
  ])
  expect(upload.error?.[0]).toContain('You may not upload')
  for (const query of [
    `cmd=rm&targets[]=${target}`,
    `cmd=mkdir&target=${host}&name=x`,
    `cmd=rename&target=${target}&name=x`,
  ])
    expect((await alice.ask(query)).error?.[0]).toContain('You may not')
  expect(readdirSync(home())).toEqual(['file'])
  await until(() => world.core.state.fileLogs.length >= 5)
  expect(world.core.state.fileLogs.every(({ is_success }) => !is_success)).toBe(true)
})

test('a sid opens nothing for another login, hashes lead nowhere else, and nobody gets nothing', async () => {
  writeFileSync(home('file'), 'secret')
  const target = await alice.hash('web-01', 'file')
  const bob = await ElfinderClient.of(origin, BOB, { sid: alice.sid })
  const stolen = await bob.get({ cmd: 'file', target, download: '1' })
  expect([stolen.status, await stolen.text()]).toEqual([409, expect.not.stringContaining('secret')])
  const nobody = new ElfinderClient({ origin, cookie: '', csrf: '', sid: alice.sid })
  expect((await nobody.get({ cmd: 'file', target, download: '1' })).status).toBe(401)
  const forged = new ElfinderClient({ origin, cookie: ALICE, csrf: 'guessed', sid: alice.sid })
  for (const query of [`cmd=rm&targets[]=${target}`, `cmd=mkdir&target=${target}&name=x`])
    expect((await forged.get(query)).status).toBe(401)
  const other = await alice.get({ cmd: 'file', target, download: '1' }, { Origin: 'http://evil.example' })
  expect(other.status).toBe(401)
  for (const path of ['/web-01/../..', '/web-01//x', 'web-01', '/web-01/\0']) {
    const hash = `f1_${Buffer.from(path).toString('base64url')}`
    expect((await alice.ask({ cmd: 'open', target: hash })).error?.[0], path).toContain('not understood')
  }
  expect(existsSync(home('file'))).toBe(true)
})

test('an upload beyond the limit is refused before anything is written', async () => {
  const host = await alice.hash('web-01')
  const { error } = await alice.post([
    ['target', host],
    ['upload[]', new Blob([Buffer.alloc(1000)]), 'blob'],
    ['chunk', 'huge.0_99.part'],
    ['cid', '1'],
    ['range', `0,1000,${65 * 2 ** 20}`],
  ])
  expect(error?.[0]).toContain('at most 64 MB')
  expect(readdirSync(home())).toEqual([])
})

test('a copy whose source cannot be read is a failed upload on record', async () => {
  mkdirSync(home('into'))
  chmodSync(home('into'), 0o777)
  writeFileSync(home('closed'), 'x', { mode: 0o000 })
  await alice.ask('cmd=open&target=&init=1&tree=1')
  const [into, closed] = [await alice.hash('web-01', 'into'), await alice.hash('web-01', 'closed')]
  await alice.ask(`cmd=paste&dst=${into}&targets[]=${closed}&cut=0`)
  await until(() =>
    world.core.state.fileLogs.some(
      ({ operate, filename, is_success }) =>
        operate === 'Upload' && filename.endsWith('into/closed') && !is_success,
    ),
  )
})
