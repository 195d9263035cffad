import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { type FsyncMode, SpoolSync, type Syncable } from '../../../src/audit/spool-sync.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'

const ignore = (): void => undefined

/** Files that count their syncs and how many run at a time; a sync ends when `finish` is called. */
function setUp(mode: FsyncMode) {
  const clock = new ManualClock()
  const sync = new SpoolSync({ mode, clock })
  const running: Array<() => void> = []
  const seen = { syncs: 0, most: 0, closed: 0 }
  const file = (): Syncable => ({
    fd: 5,
    async datasync() {
      seen.syncs += 1
      seen.most = Math.max(seen.most, running.length + 1)
      await new Promise<void>((resolve) => running.push(resolve))
    },
    async close() {
      seen.closed += 1
    },
  })
  const finish = async (): Promise<void> => {
    for (; running.length > 0; await setImmediate()) running.shift()?.()
  }
  return { clock, sync, seen, file, finish }
}

test('off never syncs', async () => {
  const { clock, sync, seen, file } = setUp('off')
  await sync.written(file(), ignore)
  clock.advance(60_000)
  expect(seen.syncs).toBe(0)
  expect(clock.pending).toBe(0)
})

test('strict syncs before a write counts, and tells when the disk refuses', async () => {
  const { sync, seen, file, finish } = setUp('strict')
  let written = false
  const write = sync.written(file(), ignore).then(() => {
    written = true
  })
  await setImmediate()
  expect({ written, syncs: seen.syncs }).toEqual({ written: false, syncs: 1 })
  await finish()
  await write
  const bad = { fd: 5, datasync: () => Promise.reject(new Error('EIO')), close: async () => {} }
  await expect(sync.written(bad, ignore)).rejects.toThrow('EIO')
})

test('5s syncs each written file once, five seconds after the first write, two at a time', async () => {
  const { clock, sync, seen, file, finish } = setUp('5s')
  const files = Array.from({ length: 7 }, file)
  for (const each of [...files, ...files]) await sync.written(each, ignore)
  clock.advance(4_999)
  expect(seen.syncs).toBe(0)
  clock.advance(1)
  await setImmediate()
  expect(seen.syncs).toBe(2)
  await finish()
  expect(seen).toEqual({ syncs: 7, most: 2, closed: 0 })
  expect(clock.pending).toBe(0)
  await sync.close()
})

test('5s tells the owner of a file whose sync failed', async () => {
  const { clock, sync } = setUp('5s')
  const errors: unknown[] = []
  const bad = { fd: 5, datasync: () => Promise.reject(new Error('EIO')), close: async () => {} }
  await sync.written(bad, (error) => errors.push(error))
  clock.advance(5_000)
  await setImmediate()
  expect(errors).toMatchObject([{ message: 'EIO' }])
})

test('a complete file is synced in its turn and closed then, and nobody waits for it', async () => {
  const { clock, sync, seen, file, finish } = setUp('5s')
  const complete = file()
  await sync.written(complete, ignore)
  await sync.finish(complete)
  expect(seen).toMatchObject({ syncs: 0, closed: 0 })
  clock.advance(5_000)
  await setImmediate()
  await finish()
  expect(seen).toMatchObject({ syncs: 1, closed: 1 })
})

test('a complete file that owes the disk nothing is closed at once', async () => {
  const { sync, seen, file } = setUp('off')
  const complete = file()
  await sync.written(complete, ignore)
  await sync.finish(complete)
  expect(seen).toMatchObject({ syncs: 0, closed: 1 })
})

test('closing syncs and closes all that is left', async () => {
  const { sync, seen, file, finish } = setUp('5s')
  const complete = file()
  await sync.written(complete, ignore)
  await sync.finish(complete)
  const closed = sync.close()
  await setImmediate()
  await finish()
  await closed
  expect(seen).toMatchObject({ syncs: 1, closed: 1 })
})
