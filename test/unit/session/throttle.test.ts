import { PassThrough } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Scope } from '../../../src/base/scope.ts'
import { bridge } from '../../../src/session/bridge.ts'
import { splice } from '../../../src/session/splice.ts'
import { Throttle } from '../../../src/session/throttle.ts'
import { bridgeParts } from '../../fixtures/bridge-parts.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'

test('a second’s worth is free; what is more closes it for as long as it takes to make up', () => {
  const clock = new ManualClock()
  const throttle = new Throttle(clock, 1000)
  throttle.spend(1000)
  expect(throttle.open).toBe(true)
  throttle.spend(500)
  expect(throttle.open).toBe(false)
  clock.advance(499)
  expect(throttle.open).toBe(false)
  clock.advance(1)
  expect(throttle.open).toBe(true)
})

test('what comes while it is closed makes the wait longer', () => {
  const clock = new ManualClock()
  const throttle = new Throttle(clock, 1000)
  throttle.spend(2000)
  throttle.spend(1000)
  clock.advance(1999)
  expect(throttle.open).toBe(false)
  clock.advance(1)
  expect(throttle.open).toBe(true)
})

test('a pause fills it with one second’s worth and no more, whatever the wall clock does', () => {
  const clock = new ManualClock()
  const throttle = new Throttle(clock, 1000)
  throttle.spend(1000)
  clock.setWallClock(0)
  clock.advance(3_600_000)
  throttle.spend(1001)
  expect(throttle.open).toBe(false)
})

test('nothing is left of it when its session ends', () => {
  const clock = new ManualClock()
  const throttle = new Throttle(clock, 10)
  throttle.spend(1000)
  throttle[Symbol.dispose]()
  expect(clock.pending).toBe(0)
})

test('each way of a session gets its rate, and every byte in the end', async () => {
  const clock = new ManualClock()
  const output = new PassThrough({ highWaterMark: 1 << 20 })
  const it = bridgeParts(output)
  const { terminal, asset, recorder } = it
  const throttle = (scope: Scope) => scope.own(new Throttle(clock, 1000))
  const ending = bridge(
    { terminal, asset, recorder, onKeys: () => true, onOutput: () => {}, throttle },
    new AbortController().signal,
  )
  const shown = () => Buffer.concat(it.recorded).length
  for (let chunk = 0; chunk < 40; chunk++) output.write(Buffer.alloc(100))
  it.input.write(Buffer.alloc(1100))
  it.input.write('later')
  await turn()
  expect(shown()).toBe(1100)
  expect(it.toAsset.readableLength).toBe(1100)
  clock.advance(100)
  await turn()
  expect(it.toAsset.readableLength).toBe(1105)
  for (let second = 0; second < 3; second++) {
    clock.advance(1000)
    await turn()
  }
  expect(shown()).toBe(4000)
  output.end()
  it.finish()
  await ending
  expect(clock.pending).toBe(0)
})

test('forwarded connections share the rate of their session, and leave nothing behind', async () => {
  const clock = new ManualClock()
  using received = new Throttle(clock, 1000)
  const connections = Array.from({ length: 2 }, () => {
    const { asset, finish } = bridgeParts(new PassThrough({ highWaterMark: 1 << 20 }))
    const output = new PassThrough({ highWaterMark: 1 << 20 })
    const input = new PassThrough()
    const peer = { input, output, halfEnd: () => {}, end: () => {}, gone: new AbortController().signal }
    const traffic = { sent: 0, received: 0 }
    const joined = splice(peer, asset, { traffic, pace: { sent: undefined, received } })
    return { asset, finish, input, traffic, joined }
  })
  const total = () => connections.reduce((sum, { traffic }) => sum + traffic.received, 0)
  for (const { asset } of connections) asset.output.push(Buffer.alloc(900))
  await turn()
  expect(total()).toBe(1800)
  for (const { asset } of connections) asset.output.push(Buffer.alloc(900))
  await turn()
  expect(total()).toBe(2700) // the first was not paused; it is now
  clock.advance(1699)
  await turn()
  expect(total()).toBe(2700)
  clock.advance(1)
  await turn()
  expect(total()).toBe(3600)
  for (const { asset, finish, input, joined } of connections) {
    asset.output.push(null)
    input.end()
    finish()
    clock.advance(5000)
    await joined
  }
  expect(clock.pending).toBe(0)
})
