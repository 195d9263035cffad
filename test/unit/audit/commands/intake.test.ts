import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Intake, type Item } from '../../../../src/audit/commands/intake.ts'
import { ManualClock } from '../../../fixtures/manual-clock.ts'

function intake(): { intake: Intake; items: Item[]; most: () => number } {
  const items: Item[] = []
  let most = 0
  const parse = (some: readonly Item[], done: () => void): void => {
    items.push(...some)
    most = Math.max(most, sizeOf(some))
    done()
  }
  return { intake: new Intake(new ManualClock(), { parse }), items, most: () => most }
}

const sizeOf = (items: readonly Item[]): number => {
  let size = 0
  for (const item of items) {
    if (item.kind === 'output') size += item.bytes.length
    else if (item.kind === 'tail') size += item.tail.bytes.length
  }
  return size
}

test('nothing is parsed before the first key', async () => {
  const one = intake()
  one.intake.output(Buffer.from('$ '))
  one.intake.resize({ columns: 100, rows: 30 })
  await setImmediate()
  expect(one.items).toEqual([])
  one.intake.input(Buffer.from('l'))
  await one.intake.drained()
  expect(one.items.map(({ kind }) => kind)).toEqual(['output', 'resize', 'input'])
})

test('a turn takes a small piece of what waits', async () => {
  const one = intake()
  one.intake.input(Buffer.from('l'))
  one.intake.output(Buffer.alloc(60_000, 'x'))
  await one.intake.drained()
  expect(sizeOf(one.items)).toBe(60_000)
  expect(one.most()).toBeLessThanOrEqual(32_768)
})

test('most of a flood is left out; its end is kept from the beginning of a line', async () => {
  const one = intake()
  one.intake.input(Buffer.from('l'))
  for (let i = 0; i < 1000; i++) one.intake.output(Buffer.from(`${String(i).padStart(9)}\n`.repeat(1000)))
  await one.intake.drained()
  expect(sizeOf(one.items)).toBeLessThan(100_000)
  const last = one.items.at(-1)
  expect(last?.kind === 'tail' && Buffer.from(last.tail.bytes).toString()).toMatch(/^ +998\n[\s\S]* 999\n$/)
})

test('a full-screen program that begins in what is left out is known after it, wherever it is cut', async () => {
  const mode = '\x1b[?1;1049h'
  for (let cut = 0; cut <= mode.length; cut++) {
    const one = intake()
    one.intake.input(Buffer.from('l'))
    one.intake.output(Buffer.alloc(70_000, 'x'))
    one.intake.output(Buffer.from(mode.slice(0, cut)))
    one.intake.output(Buffer.from(mode.slice(cut)))
    one.intake.output(Buffer.alloc(70_000, 'x'))
    await one.intake.drained()
    const last = one.items.at(-1)
    expect(last?.kind === 'tail' && last.tail.alternate, `cut at ${cut}`).toBe(true)
  }
})

test('a prompt ends the leaving out', async () => {
  const one = intake()
  one.intake.input(Buffer.from('l'))
  one.intake.output(Buffer.alloc(200_000, 'x\n'))
  one.intake.output(Buffer.from('\x1b[?2004h$ '))
  await one.intake.drained()
  const last = one.items.at(-1)
  expect(last?.kind === 'output' && Buffer.from(last.bytes).toString()).toBe('\x1b[?2004h$ ')
})

test('what waits is bounded, also when every packet looks like a prompt or keys come without end', async () => {
  const one = intake()
  one.intake.input(Buffer.from('l'))
  const trap = Buffer.from(`\x1b[?2004h${'x'.repeat(30_000)}\x1b[?2004l`)
  for (let i = 0; i < 2000; i++) {
    one.intake.output(trap)
    one.intake.input(Buffer.alloc(1000, 'y'))
  }
  await one.intake.drained()
  expect(sizeOf(one.items)).toBeLessThan(20_000_000)
  const input = one.items.reduce((sum, item) => sum + (item.kind === 'input' ? item.bytes.length : 0), 0)
  expect(input).toBeLessThanOrEqual(262_144)
  expect(one.items.some(({ kind }) => kind === 'gap')).toBe(true)
})
