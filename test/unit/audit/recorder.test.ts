import { randomBytes } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { SessionFacts } from '../../../src/audit/audit.ts'
import { readCommands } from '../../../src/audit/command-log.ts'
import { FRAME } from '../../../src/audit/frames.ts'
import { FileRecording, type RecorderOptions } from '../../../src/audit/recorder.ts'
import { decodeEvent } from '../../../src/audit/session-event.ts'
import { readSession } from '../../../src/audit/session-file.ts'
import { verifySession } from '../../../src/audit/verify.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'
import { framesOf, outputOf, recorderOptions, START, sessionFacts, typed } from '../../fixtures/spool.ts'
import { temporaryDirectory } from '../../fixtures/temporary-directory.ts'
import { until } from '../../fixtures/until.ts'

const END = { reason: 'exit', exit: { kind: 'status', code: 0 }, at: START + 5_000 } as const

async function record(
  directory: string,
  more: Partial<RecorderOptions> = {},
  facts: Partial<SessionFacts> = {},
) {
  const recording = await FileRecording.create(directory, sessionFacts(facts), recorderOptions(more))
  await recording.known()
  return recording
}

async function commandsOf(directory: string) {
  const commands = []
  for await (const { command } of readCommands(join(directory, 'commands.ndjson'))) commands.push(command)
  return commands
}

test('every byte the asset sent is in the record, in order, whatever the sizes of its pieces', async () => {
  await using directory = await temporaryDirectory()
  const recording = await record(directory.path)
  const pieces = Array.from({ length: 300 }, (_, n) => randomBytes((n * 7919) % 90_000))
  for (const piece of pieces) recording.output(piece)
  await recording.close(END)
  expect((await outputOf(directory.path)).equals(Buffer.concat(pieces))).toBe(true)
  const { end } = await readSession(directory.path)
  expect(end).toMatchObject({ ...END, cut: false, commands: 0 })
  expect(end?.bytes).toBe((await stat(join(directory.path, 'replay.log'))).size)
  expect(await verifySession(directory.path)).toMatchObject({ kind: 'whole', cut: false })
})

test('bytes given are copied: what the caller does with them later does not change the record', async () => {
  await using directory = await temporaryDirectory()
  const recording = await record(directory.path)
  const bytes = Buffer.from('original')
  recording.output(bytes)
  bytes.fill('x')
  await recording.close(END)
  expect(String(await outputOf(directory.path))).toBe('original')
})

test('pieces of one millisecond become one frame of at most 64 KiB, later ones another', async () => {
  await using directory = await temporaryDirectory()
  const clock = new ManualClock(START)
  const recording = await record(directory.path, { clock })
  for (let n = 0; n < 10; n += 1) recording.output(Buffer.alloc(10_000, 'a'))
  recording.output(Buffer.alloc(0))
  clock.advance(1)
  recording.output(Buffer.from('later'))
  recording.resize({ columns: 100, rows: 50 })
  recording.output(Buffer.from('again'))
  await recording.close(END)
  const frames = (await framesOf(directory.path)).filter(({ kind }) => kind !== FRAME.hash)
  const lengths = frames
    .filter(({ kind }) => kind === FRAME.output)
    .map(({ time, payload }) => [time, payload.length])
  expect(lengths.every(([, length = 0]) => length <= 64 * 1024)).toBe(true)
  expect(lengths.filter(([time]) => time === 0).length).toBeLessThanOrEqual(8)
  expect(lengths.slice(-2)).toEqual([
    [1_000, 5],
    [1_000, 5],
  ])
  expect(frames.map(({ kind }) => kind).slice(-4)).toEqual([
    FRAME.output,
    FRAME.resize,
    FRAME.output,
    FRAME.end,
  ])
})

test('what was recorded is with the kernel half a second later, with its hash', async () => {
  await using directory = await temporaryDirectory()
  const clock = new ManualClock(START)
  const recording = await record(directory.path, { clock })
  recording.output(Buffer.from('seen'))
  expect((await stat(join(directory.path, 'replay.log'))).size).toBe(0)
  clock.advance(500)
  await until(async () => (await framesOf(directory.path)).some(({ kind }) => kind === FRAME.hash))
  expect(String(await outputOf(directory.path))).toBe('seen')
  expect(await verifySession(directory.path)).toEqual({ kind: 'running', blocks: 1 })
  await recording.close(END)
})

test('an asset that is faster than the disk is stopped at the mark, and let go on when it is behind', async () => {
  await using directory = await temporaryDirectory()
  const highMark = 256 * 1024
  const recording = await record(directory.path, { highMark })
  const chunk = randomBytes(32 * 1024)
  for (let round = 0; round < 20; round += 1) {
    let taken = 0
    const drained = new Promise<void>((resolve) => {
      const once = recording.onDrain(() => {
        once[Symbol.dispose]()
        resolve()
      })
    })
    while (recording.output(chunk)) taken += chunk.length
    expect(taken).toBeLessThanOrEqual(highMark + chunk.length)
    await drained
  }
  await recording.close(END)
  expect(await verifySession(directory.path)).toMatchObject({ kind: 'whole' })
})

test('a session core may know is kept, one it never heard of is removed', async () => {
  await using directory = await temporaryDirectory()
  const closed: boolean[] = []
  const recording = await FileRecording.create(
    directory.path,
    sessionFacts(),
    recorderOptions({ onClosed: (known) => closed.push(known) }),
  )
  expect((await readSession(directory.path)).known).toBe(false)
  await recording.known()
  expect((await readSession(directory.path)).known).toBe(true)
  recording.output(Buffer.from('x'))
  await recording.discard()
  await expect(stat(directory.path)).rejects.toThrow('ENOENT')
  expect(closed).toEqual([false])
})

test('commands are in their file at once, each with its mark in the replay', async () => {
  await using directory = await temporaryDirectory()
  const clock = new ManualClock(START)
  let told = 0
  const recording = await record(directory.path, { clock, onCommand: () => (told += 1) })
  recording.input(Buffer.from('ls -l\rcd 汉字\r'))
  await until(() => told > 0)
  expect(await commandsOf(directory.path)).toEqual([typed('ls -l'), typed('cd 汉字')])
  clock.advance(1_000)
  recording.input(Buffer.from('exit\r'))
  await recording.close(END)
  expect((await commandsOf(directory.path)).map(({ input }) => input)).toEqual(['ls -l', 'cd 汉字', 'exit'])
  const frames = await framesOf(directory.path)
  expect(frames.filter(({ kind }) => kind === FRAME.mark)).toHaveLength(3)
  expect((await readSession(directory.path)).end?.commands).toBe(3)
})

test('an exec is one exact command: listed after four seconds, or when its output is enough, or at its end', async () => {
  const exec = { kind: 'exec', command: 'make all', pty: undefined } as const
  const ways: ReadonlyArray<(clock: ManualClock) => { output: string; wait: boolean }> = [
    (clock) => {
      clock.advance(4_000)
      return { output: '\u001b[1mok\u001b[0m\n', wait: true }
    },
    () => ({ output: 'y'.repeat(2_000), wait: true }),
    () => ({ output: 'short', wait: false }),
  ]
  for (const way of ways) {
    await using directory = await temporaryDirectory()
    const clock = new ManualClock(START)
    let told = 0
    const recording = await record(directory.path, { clock, onCommand: () => (told += 1) }, exec)
    const before = way(new ManualClock())
    recording.output(Buffer.from(before.output))
    const { wait } = way(clock)
    if (wait) await until(() => told === 1)
    else expect(told).toBe(0)
    await recording.close(END)
    const commands = await commandsOf(directory.path)
    expect(commands).toMatchObject([{ input: 'make all', confidence: 'exact' }])
    expect(commands[0]?.output).toBe(before.output.replace(/\u001b\[\d*m/g, '').slice(0, 1_024))
  }
})

test('files are for the daemon alone, and nothing is left over beside them', async () => {
  await using directory = await temporaryDirectory()
  const recording = await record(directory.path)
  recording.input(Buffer.from('id\r'))
  await recording.close(END)
  const names = (await readdir(directory.path)).sort()
  expect(names).toEqual(['commands.ndjson', 'replay.log', 'session.json'])
  for (const name of names) expect((await stat(join(directory.path, name))).mode & 0o777).toBe(0o600)
  expect(await readFile(join(directory.path, 'session.json'), 'utf8')).toContain('"version": 1')
})

test('what happened beside the screen is in its place, and all of it is readable while the session runs', async () => {
  await using directory = await temporaryDirectory()
  const recording = await record(directory.path)
  recording.output(Buffer.from('before'))
  recording.event({ kind: 'watch', by: 'bob' })
  recording.output(Buffer.from('after'))
  await recording.replay.flush()
  expect(recording.replay.path).toBe(join(directory.path, 'replay.log'))
  const seen = (await framesOf(directory.path)).map(({ kind, payload }) =>
    kind === FRAME.event ? decodeEvent(payload) : kind === FRAME.output ? String(payload) : undefined,
  )
  expect(seen.filter(Boolean)).toEqual(['before', { kind: 'watch', by: 'bob' }, 'after'])
  await recording.close(END)
  expect(await verifySession(directory.path)).toMatchObject({ kind: 'whole' })
})
