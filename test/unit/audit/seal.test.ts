import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readCommands } from '../../../src/audit/command-log.ts'
import { FRAME } from '../../../src/audit/frames.ts'
import { FileRecording } from '../../../src/audit/recorder.ts'
import { sealCut } from '../../../src/audit/seal.ts'
import { readSession } from '../../../src/audit/session-file.ts'
import { verifySession } from '../../../src/audit/verify.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'
import { framesOf, outputOf, recorderOptions, START, sessionFacts } from '../../fixtures/spool.ts'
import { temporaryDirectory } from '../../fixtures/temporary-directory.ts'

const END = { reason: 'exit', exit: { kind: 'none' }, at: START + 60_000 } as const
const NAMES = ['session.json', 'replay.log', 'commands.ndjson', 'transfers.ndjson'] as const

type Files = Readonly<Record<(typeof NAMES)[number], Buffer>>

/** The files of a small session, as they were before its end was noted in session.json. */
async function unfinished(home: string): Promise<Files> {
  const directory = join(home, 'whole')
  await mkdir(directory)
  const clock = new ManualClock(START)
  const recording = await FileRecording.create(directory, sessionFacts(), recorderOptions({ clock }))
  await recording.known()
  const session = await readFile(join(directory, 'session.json'))
  recording.output(Buffer.from('$ ls\r\n'))
  recording.input(Buffer.from('ls\r'))
  clock.advance(250)
  recording.output(Buffer.from('汉字\r\n'))
  recording.input(Buffer.from('pwd\r'))
  for (const path of ['/one', '/two'])
    recording.transfer({ operate: 'Upload', path, success: true, at: START, durationMs: 1, client: 'rz' })
  clock.advance(1_000)
  recording.output(Buffer.from('bye'))
  await recording.close(END)
  const read = (name: string): Promise<Buffer> => readFile(join(directory, name))
  return {
    'session.json': session,
    'replay.log': await read('replay.log'),
    'commands.ndjson': await read('commands.ndjson'),
    'transfers.ndjson': await read('transfers.ndjson'),
  }
}

async function lay(directory: string, files: Partial<Files>): Promise<void> {
  await rm(directory, { recursive: true, force: true })
  await mkdir(directory)
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(directory, name), bytes)
}

test('a replay that a crash cut at any byte is ended there, and is whole from then on', async () => {
  await using home = await temporaryDirectory()
  const files = await unfinished(home.path)
  const directory = join(home.path, 'cut')
  const whole = (await outputOf(join(home.path, 'whole'))).toString('latin1')
  for (let size = 0; size <= files['replay.log'].length; size += 1) {
    await lay(directory, { ...files, 'replay.log': files['replay.log'].subarray(0, size) })
    const before = (await outputOf(directory)).toString('latin1')
    const { end } = await sealCut(directory)
    expect(whole.startsWith(before)).toBe(true)
    expect((await outputOf(directory)).toString('latin1')).toBe(before)
    expect(end?.commands).toBe(2)
    expect(await verifySession(directory), `cut at ${size}`).toMatchObject({ kind: 'whole', cut: end?.cut })
  }
})

test('a cut session ends when something was last recorded; one whose end was recorded keeps it', async () => {
  await using home = await temporaryDirectory()
  const files = await unfinished(home.path)
  const frames = await framesOf(join(home.path, 'whole'))
  const bye = frames.find(({ payload }) => String(payload) === 'bye')
  const directory = join(home.path, 'cut')
  await lay(directory, { ...files, 'replay.log': files['replay.log'].subarray(0, bye?.offset) })
  expect((await sealCut(directory)).end).toMatchObject({ reason: 'cut', at: START + 250, cut: true })
  await lay(directory, files)
  expect((await sealCut(directory)).end).toMatchObject({ ...END, cut: false })
})

test('sealing that was itself cut off is taken up again, and sealing twice changes nothing', async () => {
  await using home = await temporaryDirectory()
  const files = await unfinished(home.path)
  const directory = join(home.path, 'cut')
  const torn = { ...files, 'replay.log': files['replay.log'].subarray(0, 200) }
  await lay(directory, torn)
  const sealed = await sealCut(directory)
  const replay = await readFile(join(directory, 'replay.log'))
  expect(await sealCut(directory)).toEqual(sealed)
  expect((await readFile(join(directory, 'replay.log'))).equals(replay)).toBe(true)
  for (let size = 151; size <= replay.length; size += 5) {
    await lay(directory, { ...files, 'replay.log': replay.subarray(0, size) })
    expect((await sealCut(directory)).end).toMatchObject({ reason: 'cut', cut: true })
    expect(await verifySession(directory), `cut at ${size}`).toEqual({ kind: 'whole', blocks: 1, cut: true })
    const frames = await framesOf(directory)
    expect(frames.filter(({ kind }) => kind === FRAME.end)).toHaveLength(1)
    expect(frames.filter(({ kind }) => kind === FRAME.mark)).toHaveLength(4)
  }
})

test('a command line that was cut is taken off, the whole ones stay', async () => {
  await using home = await temporaryDirectory()
  const files = await unfinished(home.path)
  const directory = join(home.path, 'cut')
  const lines = files['commands.ndjson']
  const second = lines.indexOf('\n', lines.indexOf('\n') + 1) + 1
  for (let size = lines.length; size >= 0; size -= 4) {
    await lay(directory, {
      ...files,
      'replay.log': Buffer.alloc(0),
      'commands.ndjson': lines.subarray(0, size),
    })
    const { end } = await sealCut(directory)
    const kept = size < second ? 0 : size < lines.length ? 1 : 2
    expect(end?.commands, `cut at ${size}`).toBe(kept)
    expect(await verifySession(directory)).toMatchObject({ kind: 'whole' })
  }
})

test('an exec whose daemon was killed still has its command, with what it had printed', async () => {
  await using home = await temporaryDirectory()
  const directory = join(home.path, 'exec')
  await mkdir(directory)
  const clock = new ManualClock(START)
  const exec = { kind: 'exec', command: 'make all', pty: undefined } as const
  const recording = await FileRecording.create(directory, sessionFacts(exec), recorderOptions({ clock }))
  await recording.known()
  const session = await readFile(join(directory, 'session.json'))
  recording.output(Buffer.from('half a line'))
  await recording.close(END)
  const replay = await readFile(join(directory, 'replay.log'))
  const mark = (await framesOf(directory)).find(({ kind }) => kind === FRAME.mark)
  await lay(directory, { 'session.json': session, 'replay.log': replay.subarray(0, mark?.offset) })
  expect((await sealCut(directory)).end?.commands).toBe(1)
  const commands = []
  for await (const { command } of readCommands(join(directory, 'commands.ndjson'))) commands.push(command)
  expect(commands).toMatchObject([{ input: 'make all', output: 'half a line', confidence: 'exact' }])
  expect(await verifySession(directory)).toMatchObject({ kind: 'whole', cut: true })
})

test('a replay that is damaged in its middle is left as it is, and is not called whole', async () => {
  await using home = await temporaryDirectory()
  const files = await unfinished(home.path)
  const directory = join(home.path, 'bad')
  const bad = Buffer.from(files['replay.log'])
  bad.fill(0xff, 190, 220)
  await lay(directory, { ...files, 'replay.log': bad })
  expect((await sealCut(directory)).end).toMatchObject({ reason: 'cut', cut: true })
  expect((await readFile(join(directory, 'replay.log'))).equals(bad)).toBe(true)
  expect(await verifySession(directory)).toMatchObject({ kind: 'broken' })
})

test('files of a newer version are refused with a sentence, not guessed at', async () => {
  await using home = await temporaryDirectory()
  const files = await unfinished(home.path)
  const directory = join(home.path, 'newer')
  await lay(directory, {
    ...files,
    'session.json': Buffer.from('{"format":"cocod-session","version":2,"more":1}'),
  })
  await expect(readSession(directory)).rejects.toMatchObject({
    code: 'AUDIT_NEWER',
    facts: { version: 2, known: 1 },
  })
  const replay = Buffer.from(
    String(files['replay.log'].toString('latin1')).replace('"version":1', '"version":7'),
    'latin1',
  )
  await lay(directory, { ...files, 'replay.log': replay })
  await expect(framesOf(directory)).rejects.toMatchObject({ code: 'AUDIT_NEWER' })
  const commands = files['commands.ndjson'].toString().replace('"version":1', '"version":2')
  await lay(directory, { ...files, 'commands.ndjson': Buffer.from(commands) })
  await expect(readCommands(join(directory, 'commands.ndjson')).next()).rejects.toMatchObject({
    code: 'AUDIT_NEWER',
  })
})
