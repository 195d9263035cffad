import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { encodeFrame, FRAME, type Frame, FrameDecoder } from '../../../src/audit/frames.ts'
import { Player, type PlayerOptions } from '../../../src/audit/player.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'

async function* recording(times: readonly number[]): AsyncGenerator<Frame> {
  const decoder = new FrameDecoder()
  for (const time of times)
    yield* decoder.push(encodeFrame(FRAME.output, time * 1_000, Buffer.from(`${time}`)))
}

/** Plays frames at these ms; `pass` lets time go by and says what was written until then. */
function playing(times: readonly number[], options: Partial<PlayerOptions> = {}) {
  const clock = new ManualClock()
  const written: string[] = []
  const write = async (bytes: Buffer): Promise<void> => {
    written.push(String(bytes))
    await Promise.resolve()
  }
  const player = new Player({ clock, write, ...options })
  const ended = player.play(recording(times))
  const pass = async (ms: number): Promise<readonly string[]> => {
    await setImmediate()
    clock.advance(ms)
    await setImmediate()
    return written.splice(0)
  }
  return { player, ended, pass, clock }
}

test('output comes when it came, and the end is told', async () => {
  const { ended, pass, clock } = playing([0, 100, 1_000])
  expect(await pass(0)).toEqual(['0'])
  expect(await pass(99)).toEqual([])
  expect(await pass(1)).toEqual(['100'])
  expect(await pass(899)).toEqual([])
  expect(await pass(1)).toEqual(['1000'])
  expect(await ended).toBe('end')
  expect(clock.pending).toBe(0)
})

test('twice the speed takes half the time, also when it is set in the middle of a wait', async () => {
  const fast = playing([1_000], { speed: 2 })
  expect(await fast.pass(499)).toEqual([])
  expect(await fast.pass(1)).toEqual(['1000'])
  const { player, pass } = playing([1_000])
  expect(await pass(500)).toEqual([])
  player.faster()
  expect(player.speed).toBe(2)
  expect(await pass(249)).toEqual([])
  expect(await pass(1)).toEqual(['1000'])
})

test('a pause lasts until it is ended, and takes nothing from what is left to wait', async () => {
  const { player, pass } = playing([1_000, 1_000])
  expect(await pass(400)).toEqual([])
  player.togglePause()
  expect(await pass(100_000)).toEqual([])
  player.togglePause()
  expect(await pass(599)).toEqual([])
  expect(await pass(1)).toEqual(['1000', '1000'])
})

test('a pause also holds what comes without a wait', async () => {
  const { player, pass, ended } = playing([0, 0])
  player.togglePause()
  expect(await pass(10)).toEqual([])
  player.togglePause()
  expect(await pass(0)).toEqual(['0', '0'])
  expect(await ended).toBe('end')
})

test('long silences are cut short, short ones stay', async () => {
  const { pass } = playing([500, 3_600_000], { maxIdleMs: 1_000 })
  expect(await pass(500)).toEqual(['500'])
  expect(await pass(1_000)).toEqual(['3600000'])
})

test('stopping ends the play at once, also in a pause, and leaves no timer', async () => {
  const { player, pass, ended, clock } = playing([1_000])
  await pass(1)
  player.togglePause()
  await pass(1)
  player.stop()
  expect(await ended).toBe('stopped')
  expect(clock.pending).toBe(0)
})

test('speed has bounds', () => {
  const player = new Player({ clock: new ManualClock(), write: () => Promise.resolve(), speed: 1_000_000 })
  expect(player.speed).toBe(64)
  for (let n = 0; n < 20; n += 1) player.slower()
  expect(player.speed).toBe(1 / 8)
})

test('it goes on at another place when asked, without what is before it', async () => {
  const { player, ended, pass, clock } = playing([0, 100, 1_000, 5_000])
  expect(await pass(0)).toEqual(['0'])
  player.seek(900_000)
  expect(await ended).toEqual({ seek: 900_000 })
  const rest = player.play(recording([0, 100, 1_000, 5_000]), 900_000)
  expect(await pass(99)).toEqual([])
  expect(await pass(1)).toEqual(['1000'])
  expect(player.position).toBe(1_000_000)
  expect(await pass(4_000)).toEqual(['5000'])
  expect(await rest).toBe('end')
  expect(clock.pending).toBe(0)
})

test('a wish to go elsewhere ends a pause, too', async () => {
  const { player, ended, pass } = playing([0, 100])
  await pass(0)
  player.togglePause()
  await pass(10_000)
  player.seek(-5)
  expect(await ended).toEqual({ seek: 0 })
})
