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
  const seen = { syncs: 0, most: 0 }
  const file = (): Syncable => ({
    fd: 5,
    async datasync() {
      seen.syncs += 1
      seen.most = Math.max(seen.most, running.length + 1)
      await new Promise<void>((resolve) => running.push(resolve))
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
  const bad = { fd: 5, datasync: () => Promise.reject(new Error('EIO')) }
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
  expect(seen).toEqual({ syncs: 7, most: 2 })
  expect(clock.pending).toBe(0)
  await sync.close()
})

test('5s tells the owner of a file whose sync failed, and syncs what is closed before its time', async () => {
  const { clock, sync, seen, file, finish } = setUp('5s')
  const errors: unknown[] = []
  await sync.written({ fd: 5, datasync: () => Promise.reject(new Error('EIO')) }, (error) =>
    errors.push(error),
  )
  const closing = file()
  await sync.written(closing, ignore)
  const finished = sync.finish(closing)
  await finish()
  await finished
  expect(seen.syncs).toBe(1)
  clock.advance(5_000)
  await setImmediate()
  expect(errors).toMatchObject([{ message: 'EIO' }])
  expect(seen.syncs).toBe(1)
})
