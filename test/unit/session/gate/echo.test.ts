import { expect, onTestFinished, test } from 'vitest'
import { Echo } from '../../../../src/session/gate/echo.ts'
import { ManualClock } from '../../../fixtures/manual-clock.ts'
import { until } from '../../../fixtures/until.ts'

/** A screen, and how it answers keys. */
function anEcho() {
  const clock = new ManualClock()
  const over = new AbortController()
  onTestFinished(() => over.abort())
  const echo = new Echo(clock, over.signal)
  const answer = (afterMs: number): void => {
    echo.keySent()
    clock.advance(afterMs)
    echo.outputCame(Buffer.from('x'))
  }
  return { echo, clock, answer }
}

test('an answer that came late makes no quick one after it doubtful', async () => {
  const { echo, clock, answer } = anEcho()
  for (let key = 0; key < 8; key++) answer(3)
  answer(200)
  answer(3)
  let rest = ''
  void echo.settled().then((how) => {
    rest = how
  })
  clock.advance(31)
  await until(() => rest === 'quiet')
})

test('output that comes sooner than any answer is not the answer to the last key', async () => {
  const { echo, clock, answer } = anEcho()
  for (let key = 0; key < 8; key++) answer(100)
  answer(10)
  let rest = ''
  const settled = echo.settled().then((how) => {
    rest = how
  })
  clock.advance(31)
  await new Promise((resolve) => setImmediate(resolve))
  expect(rest).toBe('')
  clock.advance(60)
  echo.outputCame(Buffer.from('x'))
  for (let ms = 0; ms < 40 && rest === ''; ms++) {
    clock.advance(1)
    await new Promise((resolve) => setImmediate(resolve))
  }
  await settled
  expect(rest).toBe('quiet')
})
