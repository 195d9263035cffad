import { join } from 'node:path'
import { expect, test } from 'vitest'
import { FileRecording } from '../../../src/audit/recorder.ts'
import { pictureAt } from '../../../src/audit/replay-picture.ts'
import { Screen } from '../../fixtures/screen.ts'
import { recorderOptions, sessionFacts } from '../../fixtures/spool.ts'
import { temporaryDirectory } from '../../fixtures/temporary-directory.ts'

const END = { reason: 'exit', exit: { kind: 'none' }, at: 0 } as const

/** What a picture shows on a real screen. */
async function looksLike(path: string, outputBytes: number): Promise<string> {
  const { size, bytes } = await pictureAt(path, outputBytes)
  const screen = new Screen(size)
  screen.write(bytes, () => {})
  await screen.settled()
  const text = screen.text().trimEnd()
  screen[Symbol.dispose]()
  return text
}

async function recorded(directory: string, pieces: readonly (string | { columns: number; rows: number })[]) {
  const recording = await FileRecording.create(directory, sessionFacts({}), recorderOptions({}))
  await recording.known()
  for (const piece of pieces) {
    if (typeof piece === 'string') recording.output(Buffer.from(piece))
    else recording.resize(piece)
    await recording.replay.flush()
  }
  await recording.close(END)
  return join(directory, 'replay.log')
}

test('the picture at a place is the screen of that place, not of what came later', async () => {
  await using directory = await temporaryDirectory()
  const path = await recorded(directory.path, ['one\r\n', 'two\r\n', '\x1b[2J\x1b[Hcleared'])
  expect(await looksLike(path, 'one\r\ntwo\r\n'.length)).toBe('one\ntwo')
  expect(await looksLike(path, 7)).toBe('one\ntw')
  expect(await looksLike(path, 1000)).toBe('cleared')
  expect(await looksLike(path, 0)).toBe('')
})

test('it has the size of the window at that place', async () => {
  await using directory = await temporaryDirectory()
  const path = await recorded(directory.path, ['a', { columns: 132, rows: 50 }, 'b'])
  expect((await pictureAt(path, 2)).size).toEqual({ columns: 132, rows: 50 })
})

test('of a long output the last of it is drawn, and a full-screen program is still one', async () => {
  await using directory = await temporaryDirectory()
  const line = `${'x'.repeat(78)}\r\n`
  const flood = Array.from({ length: 40 }, () => line.repeat(1000))
  const path = await recorded(directory.path, ['\x1b[?1049h', ...flood, '\x1b[Hthe end'])
  const all = '\x1b[?1049h'.length + line.length * 40_000 + '\x1b[Hthe end'.length
  const { bytes } = await pictureAt(path, all)
  expect(String(bytes)).toContain('\x1b[?1049h')
  expect(await looksLike(path, all)).toMatch(/^the end/)
})
