import { join } from 'node:path'
import { expect, test } from 'vitest'
import { FileRecording } from '../../../src/audit/recorder.ts'
import { ReplayFile } from '../../../src/audit/replay-file.ts'
import { replayLines } from '../../../src/audit/replay-lines.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'
import { recorderOptions, START, sessionFacts } from '../../fixtures/spool.ts'
import { temporaryDirectory } from '../../fixtures/temporary-directory.ts'

const END = { reason: 'exit', exit: { kind: 'none' }, at: START } as const

type Piece = string | number | { columns: number; rows: number }

/** Records pieces: text is output, a number lets so many seconds pass. */
async function linesOf(pieces: readonly Piece[]) {
  await using directory = await temporaryDirectory()
  const clock = new ManualClock(START)
  const recording = await FileRecording.create(directory.path, sessionFacts({}), recorderOptions({ clock }))
  await recording.known()
  for (const piece of pieces) {
    if (typeof piece === 'string') recording.output(Buffer.from(piece))
    else if (typeof piece === 'number') clock.advance(piece * 1000)
    else recording.resize(piece)
    await recording.replay.flush()
  }
  await recording.close(END)
  const file = new ReplayFile(join(directory.path, 'replay.log'))
  const head = await file.head()
  if (!head) throw new Error('no head')
  const lines = []
  for await (const line of replayLines(head, file.frames())) lines.push(line)
  return lines
}

const texts = async (...pieces: Piece[]) => (await linesOf(pieces)).map(({ text }) => text)

test('every line is there once, in order, however far it scrolled', async () => {
  const wanted = Array.from({ length: 30_000 }, (_, at) => `line ${at}`)
  expect(await texts(...chunks(wanted.map((line) => `${line}\r\n`)))).toEqual(wanted)
})

test('a line that was rewritten is as it ended, a wrapped one is whole', async () => {
  const long = 'x'.repeat(300)
  expect(await texts('prompt$ lss\b \b\r\n', `${long}\r\n`, '50 %\r100 %\r\n')).toEqual([
    'prompt$ ls',
    long,
    '100 %',
  ])
})

test('what is cleared off the screen is not lost', async () => {
  expect(await texts('one\r\ntwo\r\n', '\x1b[H\x1b[2J', 'three')).toEqual(['one', 'two', 'three'])
})

test('lines have the time at which they were last on the screen', async () => {
  const lines = await linesOf(['early\r\n\x1b[2J\x1b[H', 100, 'late\r\n'])
  expect(
    lines.filter(({ text }) => text !== '').map(({ time, text }) => [Math.round(time / 1e6), text]),
  ).toEqual([
    [0, 'early'],
    [100, 'late'],
  ])
})

test('lines of a full-screen program come once each and are told apart', async () => {
  const top = (n: number) => `\x1b[H\x1b[2Jload ${n}\r\nsame line\r\n`
  const lines = await linesOf(['$ top\r\n', '\x1b[?1049h', top(1), 5, top(2), 5, '\x1b[?1049l', 'after\r\n'])
  expect(lines.filter(({ fullScreen }) => fullScreen).map(({ text }) => text)).toEqual([
    'load 1',
    'same line',
    'load 2',
  ])
  expect(lines.filter(({ fullScreen }) => !fullScreen).map(({ text }) => text)).toEqual(['$ top', 'after'])
})

test('Chinese in pieces, wide characters at the edge and a resize leave the text right', async () => {
  const text = Buffer.from('你好世界\r\n')
  const wide = '宽'.repeat(60)
  const got = await texts(
    { columns: 81, rows: 24 },
    text.toString(),
    `${wide}\r\n`,
    { columns: 40, rows: 10 },
    'end',
  )
  expect(got).toEqual(['你好世界', wide, 'end'])
})

/** Joins many small texts into few pieces. */
const chunks = (lines: readonly string[]): string[] =>
  Array.from({ length: Math.ceil(lines.length / 5000) }, (_, at) =>
    lines.slice(at * 5000, (at + 1) * 5000).join(''),
  )
