import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { LiveTerminal } from '../../../src/session/live.ts'
import { View } from '../../../src/session/view.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'

test('whoever is too slow while their picture is drawn gives up their place at once, and holds nothing', async () => {
  const live = new LiveTerminal()
  let flushed: () => void = () => {}
  const flush = () =>
    new Promise<void>((resolve) => {
      flushed = resolve
    })
  using _session = live.begin({
    recorder: { event: () => {}, replay: { path: 'none', flush } },
    size: { columns: 80, rows: 24 },
    type: () => true,
    tell: () => {},
    onWatched: () => {},
  })
  const sink = new PassThrough()
  const clock = new ManualClock()
  const options = { live, name: 'bob', types: false, announced: true, sink, clock }
  const shown = View.show(options, () => {}, new AbortController().signal)
  expect(live.onlookers.length).toBe(1)
  for (let megabyte = 0; megabyte < 6; megabyte++) live.shown(Buffer.alloc(1 << 20))
  expect(live.onlookers.length).toBe(0)
  flushed()
  await shown.catch(() => undefined)
  expect(sink.readableLength).toBe(0)
})
