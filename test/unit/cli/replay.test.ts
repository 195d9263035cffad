import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { Spool } from '../../../src/audit/spool.ts'
import type { CliIo } from '../../../src/cli/io.ts'
import { replayCommand } from '../../../src/cli/replay.ts'
import { fileAudit, recordSession } from '../../fixtures/file-audit.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'
import { MemoryRecordKeeper } from '../../fixtures/record-keeper.ts'
import { Screen } from '../../fixtures/screen.ts'
import { START, sessionFacts } from '../../fixtures/spool.ts'
import { temporaryDirectory } from '../../fixtures/temporary-directory.ts'
import { until } from '../../fixtures/until.ts'

/** Streams in place of a terminal or a pipe. */
function streams(tty: boolean) {
  const modes: boolean[] = []
  const stdin = Object.assign(new PassThrough(), {
    isTTY: tty,
    setRawMode: (raw: boolean) => modes.push(raw),
  })
  const stdout = Object.assign(new PassThrough(), { isTTY: tty, columns: 80, rows: 24 })
  const stderr = Object.assign(new PassThrough(), { isTTY: tty })
  const io: CliIo = { stdin, stdout, stderr, env: {}, cwd: '/' }
  return { io, stdin, stdout, stderr, modes }
}

/** These records are nobody's. */
const unseen = (): Promise<void> => Promise.resolve()

async function run(sessionsDir: string, words: readonly string[], options: Record<string, string> = {}) {
  const { io, stdout, stderr } = streams(false)
  const told = Promise.all([text(stdout), text(stderr)])
  const code = await replayCommand({ words, options }, io, { sessionsDir, onRead: unseen })
  stdout.end()
  stderr.end()
  const [out, err] = await told
  return { code, out, err }
}

async function recorded(home: string) {
  const parts = { home, core: new MemoryRecordKeeper(), clock: new ManualClock(START) }
  const audit = fileAudit(parts)
  audit.start()
  const sent = await recordSession(audit, parts.clock, ['ls', 'exit'])
  await until(() => audit.stats.waiting === 0)
  parts.core.trouble = () => 'unavailable'
  parts.clock.advance(60_000)
  const waiting = await recordSession(audit, parts.clock, ['id'])
  const live = sessionFacts()
  const recording = await audit.open({
    ...live,
    record: { ...live.record, dateStart: parts.clock.now() + 60_000 },
  })
  const close = async (): Promise<void> => {
    await recording.discard()
    await audit.close(AbortSignal.abort())
  }
  return {
    sent,
    waiting,
    live: live.record.id,
    sessionsDir: join(home, 'sessions'),
    [Symbol.asyncDispose]: close,
  }
}

test('the list shows the newest first: id, start, length, who, where, commands and where the record is', async () => {
  await using home = await temporaryDirectory()
  await using sessions = await recorded(home.path)
  const { code, out } = await run(sessions.sessionsDir, ['list'])
  const date = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d`
  const lines = out.trimEnd().split('\n')
  expect(code).toBe(0)
  expect(lines).toHaveLength(3)
  expect(lines[0]).toMatch(
    new RegExp(`^s-${sessions.live.slice(0, 8)}  ${date}  live  alice  root@web-1  0 commands  recording$`),
  )
  expect(lines[1]).toMatch(
    new RegExp(`^s-${sessions.waiting.slice(0, 8)}  ${date}  0 s   alice  root@web-1  1 command   waiting$`),
  )
  expect(lines[2]).toMatch(new RegExp(`^s-${sessions.sent.slice(0, 8)}  .*  2 commands  sent$`))
  expect((await run(sessions.sessionsDir, ['list'], { user: 'bob' })).out).toBe('')
})

test('names from outside cannot move the cursor in the list', async () => {
  await using home = await temporaryDirectory()
  const parts = { home: home.path, core: new MemoryRecordKeeper(), clock: new ManualClock(START) }
  const audit = fileAudit(parts)
  const facts = sessionFacts()
  const recording = await audit.open({ ...facts, record: { ...facts.record, asset: 'web\u001b[2J\n1' } })
  const { out } = await run(join(home.path, 'sessions'), ['list'])
  expect(out).toContain('root@web [2J 1')
  await recording.discard()
  await audit.close(AbortSignal.abort())
})

test('a session is found by its short id, its whole id or any unique beginning', async () => {
  await using home = await temporaryDirectory()
  await using sessions = await recorded(home.path)
  for (const id of [
    sessions.sent,
    `s-${sessions.sent.slice(0, 8)}`,
    sessions.sent.slice(0, 10).toUpperCase(),
  ]) {
    const { code, out, err } = await run(sessions.sessionsDir, ['play', id])
    expect({ code, out }).toEqual({ code: 0, out: '$ ls\r\n$ exit\r\n' })
    expect(err).toContain('stdout is no terminal')
  }
  for (const id of ['s-ffffffff-no', '']) {
    await expect(run(sessions.sessionsDir, ['play', id])).rejects.toMatchObject({ code: 'AUDIT_NO_SESSION' })
  }
  await expect(run(sessions.sessionsDir, ['play'])).rejects.toMatchObject({ code: 'USAGE' })
  await expect(run(sessions.sessionsDir, ['rewind', 'x'])).rejects.toMatchObject({ code: 'USAGE' })
  await expect(run(sessions.sessionsDir, ['play', sessions.sent], { speed: 'fast' })).rejects.toThrow(
    '--speed',
  )
})

test('verify tells a whole record from one that was edited', async () => {
  await using home = await temporaryDirectory()
  await using sessions = await recorded(home.path)
  expect(await run(sessions.sessionsDir, ['verify', sessions.sent])).toMatchObject({ code: 0 })
  const replay = join(new Spool(sessions.sessionsDir).place(sessions.sent, START).directory, 'replay.log')
  const bytes = await readFile(replay)
  bytes.write('rm', bytes.indexOf('ls'))
  await writeFile(replay, bytes)
  const { code, out } = await run(sessions.sessionsDir, ['verify', sessions.sent])
  expect(code).toBe(1)
  expect(out).toMatch(/^s-\w{8} {2}BROKEN at block 1 \(byte 0, 0\.0 s\)/)
})

test('a recording is exported as asciicast and as core knows it', async () => {
  await using home = await temporaryDirectory()
  await using sessions = await recorded(home.path)
  const cast = (await run(sessions.sessionsDir, ['export', sessions.sent])).out.split('\n')
  expect(JSON.parse(cast[0] ?? '')).toMatchObject({ version: 2, width: 80, height: 24 })
  const core = await run(sessions.sessionsDir, ['export', sessions.sent], { format: 'core' })
  expect(JSON.parse(core.out)).toMatchObject({ '0': '' })
  await expect(run(sessions.sessionsDir, ['export', sessions.sent], { format: 'gif' })).rejects.toThrow('gif')
})

test('on a terminal it plays with keys, and leaves the terminal as it was', async () => {
  await using home = await temporaryDirectory()
  const clock = new ManualClock(START)
  const audit = fileAudit({ home: home.path, core: new MemoryRecordKeeper(), clock })
  const facts = sessionFacts({ size: { columns: 200, rows: 50 } })
  const recording = await audit.open(facts)
  await recording.known()
  recording.output(Buffer.from('\u001b[?1049hfirst'))
  clock.advance(3_600_000)
  recording.output(Buffer.from('never shown'))
  await recording.close({ reason: 'exit', exit: { kind: 'none' }, at: clock.now() })
  const { io, stdin, stdout, stderr, modes } = streams(true)
  let screen = ''
  stdout.on('data', (bytes) => {
    screen += String(bytes)
  })
  const opening = text(stderr)
  const sessionsDir = join(home.path, 'sessions')
  const played = replayCommand({ words: ['play', facts.record.id], options: {} }, io, {
    sessionsDir,
    onRead: unseen,
  })
  await until(() => screen.includes('first'))
  expect(modes).toEqual([true])
  stdin.write('\u001b[?1;2c') // an answer of the terminal is no key
  stdin.write(' ')
  stdin.write('+q')
  expect(await played).toBe(0)
  stderr.end()
  expect(modes).toEqual([true, false])
  expect(stdin.listenerCount('data')).toBe(0)
  expect(screen).not.toContain('never shown')
  expect(screen).toContain(`\u001b]2;replay s-${facts.record.id.slice(0, 8)}  paused\u0007`)
  using seen = new Screen({ columns: 80, rows: 6 })
  seen.write(Buffer.from(`$ cocod replay play\r\n${screen}$ `))
  await seen.settled()
  expect(seen.alternate).toBe(false)
  expect(seen.text()).toBe(`$ cocod replay play\n\n── Stopped: s-${facts.record.id.slice(0, 8)}\n$`)
  expect(await opening).toContain('recorded at 200x50')
  await audit.close(AbortSignal.abort())
})

test('the program lists, in a directory that a flag names', async () => {
  await using home = await temporaryDirectory()
  await using sessions = await recorded(home.path)
  const args = [
    '--import',
    'tsx',
    'src/cli/main.ts',
    'replay',
    'list',
    '--data-dir',
    home.path,
    '--user=alice',
  ]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  expect(stdout).toContain(`s-${sessions.sent.slice(0, 8)}`)
})

test('search says session and second, and exits as grep does', async () => {
  await using home = await temporaryDirectory()
  await using sessions = await recorded(home.path)
  const { code, out } = await run(sessions.sessionsDir, ['search', '$ LS'.toLowerCase()])
  expect(out).toMatch(
    new RegExp(`^s-${sessions.sent.slice(0, 8)}  \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d  --at \\d+  \\$ ls\n`),
  )
  expect([code, out.trimEnd().split('\n').length]).toEqual([0, 1])
  expect(await run(sessions.sessionsDir, ['search', 'no such text'])).toMatchObject({ code: 1, out: '' })
})

test('search takes regular expressions, one session, and gives JSON', async () => {
  await using home = await temporaryDirectory()
  await using sessions = await recorded(home.path)
  const { io, stdout } = streams(false)
  const told = text(stdout)
  const switches = new Set(['regex', 'json'])
  const options = { id: sessions.waiting }
  await replayCommand({ words: ['search', '^. (ID|id)$'], options, switches }, io, {
    sessionsDir: sessions.sessionsDir,
    onRead: unseen,
  })
  stdout.end()
  const found = (await told).trimEnd().split('\n')
  expect(found.map((line): unknown => JSON.parse(line))).toEqual([
    expect.objectContaining({ session: sessions.waiting, text: '$ id' }),
  ])
  await expect(
    replayCommand({ words: ['search', '('], options: {}, switches }, io, {
      sessionsDir: sessions.sessionsDir,
      onRead: unseen,
    }),
  ).rejects.toThrow('no regular expression')
})

test('exports as text, as lines of JSON with every byte, as pictures', async () => {
  await using home = await temporaryDirectory()
  await using sessions = await recorded(home.path)
  const as = async (format: string) =>
    (await run(sessions.sessionsDir, ['export', sessions.sent], { format })).out
  expect(await as('txt')).toContain('$ ls\n')
  const frames = (await as('json'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string })
  expect(frames.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['head', 'output', 'command', 'end']))
  const shown = (await as('gif-frames'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { ansi: string })
  expect(shown.at(-1)?.ansi).toContain('$ ls')
})

test('a page holds its player and recording, and nothing of the recording is markup', async () => {
  await using home = await temporaryDirectory()
  await using sessions = await recorded(home.path)
  const { out } = await run(sessions.sessionsDir, ['export', sessions.sent], { format: 'html' })
  expect(/<(?:script|link|img|iframe)\b[^>]*(?:src|href)=/.test(out)).toBe(false)
  const inside = /<template id="recording">([\s\S]*?)<\/template>/.exec(out)?.[1] ?? ''
  expect(inside).toMatch(/^[A-Za-z0-9+/=\s]+$/)
  expect(Buffer.from(inside, 'base64').toString()).toContain('"version":2')
  expect(/<button data-at="[\d.]+">ls<\/button>/.test(out)).toBe(true)
})
