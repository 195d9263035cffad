import { cp, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { FRAME } from '../../../src/audit/frames.ts'
import { FileRecording } from '../../../src/audit/recorder.ts'
import { verifySession } from '../../../src/audit/verify.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'
import { framesOf, recorderOptions, START, sessionFacts } from '../../fixtures/spool.ts'
import { temporaryDirectory } from '../../fixtures/temporary-directory.ts'
import { until } from '../../fixtures/until.ts'

/** A session of four blocks with two commands. */
async function recorded(directory: string): Promise<void> {
  const clock = new ManualClock(START)
  const recording = await FileRecording.create(directory, sessionFacts(), recorderOptions({ clock }))
  await recording.known()
  for (const word of ['one', 'two', 'three']) {
    recording.output(Buffer.from(`${word}\r\n`))
    if (word !== 'three') recording.input(Buffer.from(`echo ${word}\r`))
    clock.advance(500)
    await until(async () => (await blocksOf(directory)).length === ['one', 'two', 'three'].indexOf(word) + 1)
  }
  await recording.close({ reason: 'exit', exit: { kind: 'none' }, at: clock.now() })
}

/** Where each block ends. */
const blocksOf = async (directory: string): Promise<readonly number[]> =>
  (await framesOf(directory))
    .filter(({ kind }) => kind === FRAME.hash)
    .map(({ offset, raw }) => offset + raw.length)

test('a flipped bit anywhere in a replay is found, and its block named', async () => {
  await using home = await temporaryDirectory()
  await recorded(home.path)
  expect(await verifySession(home.path)).toEqual({ kind: 'whole', blocks: 4, cut: false })
  const path = join(home.path, 'replay.log')
  const good = await readFile(path)
  const ends = await blocksOf(home.path)
  for (let at = 0; at < good.length; at += 1) {
    const bad = Buffer.from(good)
    bad[at] = (bad[at] ?? 0) ^ (1 << (at % 8))
    await writeFile(path, bad)
    const block = ends.findIndex((end) => at < end) + 1
    expect(await verifySession(home.path), `byte ${at}`).toMatchObject({ kind: 'broken', block })
  }
})

test('a replay that was cut anywhere is found, also between two blocks', async () => {
  await using home = await temporaryDirectory()
  await recorded(home.path)
  const path = join(home.path, 'replay.log')
  for (let size = (await readFile(path)).length - 1; size >= 0; size -= 1) {
    await truncate(path, size)
    expect(await verifySession(home.path), `cut to ${size}`).toMatchObject({ kind: 'broken' })
  }
})

test('swapped, doubled and left out blocks are found', async () => {
  await using home = await temporaryDirectory()
  await recorded(home.path)
  const path = join(home.path, 'replay.log')
  const good = await readFile(path)
  const [a = 0, b = 0, c = 0] = await blocksOf(home.path)
  const blocks = [good.subarray(0, a), good.subarray(a, b), good.subarray(b, c), good.subarray(c)]
  const broken = { kind: 'broken', block: 2 }
  for (const order of [
    [0, 2, 1, 3],
    [0, 2, 3],
    [0, 3],
  ]) {
    await writeFile(path, Buffer.concat(order.map((n) => blocks[n] ?? Buffer.alloc(0))))
    expect(await verifySession(home.path)).toMatchObject(broken)
  }
  await writeFile(path, Buffer.concat([good, good.subarray(c)]))
  expect(await verifySession(home.path)).toMatchObject({ kind: 'broken', block: 5 })
})

test('the replay of another session is not taken for this one', async () => {
  await using home = await temporaryDirectory()
  await using other = await temporaryDirectory()
  await recorded(home.path)
  await recorded(other.path)
  await cp(join(other.path, 'replay.log'), join(home.path, 'replay.log'))
  expect(await verifySession(home.path)).toMatchObject({ kind: 'broken' })
})

test('a changed, added or removed command is found', async () => {
  await using home = await temporaryDirectory()
  await recorded(home.path)
  const path = join(home.path, 'commands.ndjson')
  const good = await readFile(path, 'utf8')
  const [head, one, two] = good.split('\n')
  const changes = [
    good.replace('echo two', 'echo 2'),
    `${head}\n${one}\n`,
    `${good}${two}\n`,
    `${head}\n${two}\n${one}\n`,
  ]
  for (const changed of changes) {
    await writeFile(path, changed)
    expect(await verifySession(home.path)).toMatchObject({ kind: 'broken' })
  }
})

test('a changed, added or removed line of the transfers is found', async () => {
  await using home = await temporaryDirectory()
  const clock = new ManualClock(START)
  const recording = await FileRecording.create(home.path, sessionFacts(), recorderOptions({ clock }))
  await recording.known()
  for (const path of ['/one', '/two'])
    recording.transfer({ operate: 'Upload', path, success: true, at: START, durationMs: 1, client: 'sftp' })
  await recording.close({ reason: 'left', exit: { kind: 'none' }, at: clock.now() })
  expect(await verifySession(home.path)).toMatchObject({ kind: 'whole' })
  const path = join(home.path, 'transfers.ndjson')
  const good = await readFile(path, 'utf8')
  const [head, one, two] = good.split('\n')
  const changes = [
    good.replace('/two', '/2'),
    `${head}\n${one}\n`,
    `${good}${two}\n`,
    `${head}\n${two}\n${one}\n`,
    `${one}\n${two}\n`.replace('true', 'false'),
    '',
  ]
  for (const changed of changes) {
    await writeFile(path, changed)
    expect(await verifySession(home.path)).toMatchObject({ kind: 'broken' })
  }
})
