import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { DetectedCommand } from '../../../../src/audit/command-detector.ts'
import { ScreenCommandDetector } from '../../../../src/audit/commands/detector.ts'
import { ManualClock } from '../../../fixtures/manual-clock.ts'

const ON = '\x1b[?2004h'
const OFF = '\x1b[?2004l'

function detect(onCommand?: (command: DetectedCommand) => void) {
  const clock = new ManualClock()
  const commands: DetectedCommand[] = []
  const errors: unknown[] = []
  const detector = new ScreenCommandDetector({
    size: { columns: 80, rows: 24 },
    pty: undefined,
    clock,
    onCommand: onCommand ?? ((command) => commands.push(command)),
    onError: (error) => errors.push(error),
  })
  const says = (text: string): void => detector.output(Buffer.from(text))
  const types = (text: string): void => detector.input(Buffer.from(text))
  const enters = (line: string): void => {
    types(line)
    says(line)
    types('\r')
    says(`\r\n${OFF}`)
  }
  return { clock, commands, errors, detector, says, types, enters }
}

test('a command is dated by its Enter', async () => {
  const { clock, commands, detector, says, enters } = detect()
  says(`${ON}$ `)
  clock.advance(5000)
  enters('ls')
  const at = clock.now()
  clock.advance(100)
  says(`file\r\n${ON}$ `)
  await detector.close()
  expect(commands).toEqual([{ input: 'ls', output: 'file', at, confidence: 'screen', pasted: false }])
})

test('a command that runs on is handed out after three seconds with what it has printed by then', async () => {
  const { clock, commands, detector, says, enters } = detect()
  says(`${ON}$ `)
  enters('tail -f log')
  says('a line\r\n')
  while (clock.pending === 0) await setImmediate()
  clock.advance(2999)
  expect(commands).toEqual([])
  clock.advance(1)
  expect(commands.map(({ input }) => input)).toEqual(['tail -f log'])
  await detector.close()
  expect(commands).toHaveLength(1)
  expect(clock.pending).toBe(0)
})

test('output has no control sequences, and is what stood on the screen at last', async () => {
  const { commands, detector, says, enters } = detect()
  says(`${ON}$ `)
  enters('make')
  says(`\x1b[1;31mred\x1b[0m\r\n 10%\r 50%\r100%\x1b[K\r\n\x1b]0;title\x07no line end${ON}$ `)
  await detector.close()
  expect(commands[0]?.output).toBe('red\n100%\nno line end')
})

test('a session without keys yields nothing, and what comes after its end is ignored', async () => {
  const { commands, errors, detector, says, types } = detect()
  says(`${ON}$ `)
  await Promise.all([detector.close(), detector.close()])
  types('ls\r')
  says(`ls\r\n${OFF}`)
  detector.resize({ columns: 1, rows: 1 })
  await detector.close()
  expect([commands, errors]).toEqual([[], []])
})

test('a fault is told once and stays with the detector', async () => {
  let calls = 0
  const { errors, detector, says, enters } = detect(() => {
    calls++
    throw new Error('no room')
  })
  for (let i = 0; i < 3; i++) {
    says(`${ON}$ `)
    enters('ls')
  }
  says(`${ON}$ `)
  await detector.close()
  expect([calls, errors.length]).toEqual([1, 1])
})

test('a text that is not echoed is not recorded even when the shell takes it as a line', async () => {
  const { commands, detector, says, types, enters } = detect()
  says(`${ON}$ `)
  enters('ls')
  says(`${ON}$ `)
  types('hunter2\r')
  says(`\r\n${OFF}${ON}$ `)
  enters('pwd')
  await detector.close()
  expect(commands.map(({ input }) => input)).toEqual(['ls', 'pwd'])
})

test.each([
  ['nothing of its echo', ''],
  ['the beginning of its echo', 'rm -r'],
])(
  'a line that the session ended on with %s is known by its keys, after a prompt that is known',
  async (_, echo) => {
    const { clock, commands, detector, says, types, enters } = detect()
    says(`${ON}box$ `)
    enters('ls')
    says(`${ON}box$ `)
    clock.advance(10)
    types('rm -rf x; exit\r')
    clock.advance(10)
    if (echo !== '') says(echo)
    await detector.close()
    expect(commands.map(({ input, confidence }) => [input, confidence])).toEqual([
      ['ls', 'screen'],
      ['rm -rf x; exit', 'typed'],
    ])
  },
)

test.each([
  ['after a question', 'Password: ', ''],
  ['when it was answered with something else', 'box$ ', '\r\nbox$ '],
  ['after a prompt that never had an echo', 'other> ', ''],
])('a line that the session ended on is not told by its keys %s', async (_, prompt, answer) => {
  const { clock, commands, detector, says, types, enters } = detect()
  says(`${ON}box$ `)
  enters('su')
  says(prompt)
  clock.advance(10)
  types('hunter2\r')
  clock.advance(10)
  if (answer !== '') says(answer)
  await detector.close()
  expect(commands.map(({ input }) => input)).toEqual(['su'])
})

test('what the asset sends cannot break it: a million random bytes, sequences and keys', async () => {
  const { errors, detector } = detect()
  let seed = 7
  const next = (below: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
    return (seed >>> 8) % below
  }
  const pieces = [
    '\x1b[',
    '\x1b]133;B\x07',
    ON,
    OFF,
    '\x1b[?1049h',
    '\x1b[?1049l',
    '\x1bc',
    '\r\n',
    '\x1b[2J',
    '审🚀',
    '9',
    ';',
    'H',
  ]
  for (let i = 0; i < 20_000; i++) {
    const random = Buffer.from(Array.from({ length: 40 }, () => next(256)))
    detector.output(
      i % 2 ? random : Buffer.from(Array.from({ length: 6 }, () => pieces[next(pieces.length)]).join('')),
    )
    if (i % 3 === 0) detector.input(Buffer.from([next(128), next(5) ? 97 : 13]))
    if (i % 500 === 0) detector.resize({ columns: 1 + next(200), rows: 1 + next(60) })
    if (i % 50 === 0) await setImmediate()
  }
  await detector.close()
  expect(errors).toEqual([])
})
