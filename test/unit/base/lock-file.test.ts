import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { takeLock } from '../../../src/base/lock-file.ts'

let directory: string
let path: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cocod-lock-'))
  path = join(directory, 'lock')
})
afterEach(() => rm(directory, { recursive: true }))

test('a second taker is refused by the pid of the first', async () => {
  await using _first = await takeLock({ path })
  await expect(takeLock({ path })).rejects.toMatchObject({ code: 'LOCKED', facts: { pid: process.pid } })
})

test('a lock is free again after it was given back, and leaves nothing behind', async () => {
  {
    await using _lock = await takeLock({ path })
  }
  expect(await readdir(directory)).toEqual([])
  await using _again = await takeLock({ path })
})

test('the file of a dead process is taken over', async () => {
  const child = spawn('true')
  await once(child, 'exit')
  await writeFile(path, JSON.stringify({ pid: child.pid, started: '1' }))
  await using _lock = await takeLock({ path })
  expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ pid: process.pid })
  expect(await readdir(directory)).toEqual(['lock'])
})

test('a pid that now belongs to a younger process does not hold the lock', async () => {
  await writeFile(path, JSON.stringify({ pid: process.pid, started: '1' }))
  await using _lock = await takeLock({ path })
})

test('a holder of another pid namespace that still answers keeps the lock', async () => {
  await writeFile(path, JSON.stringify({ pid: process.pid, started: '1' }))
  await expect(takeLock({ path, answers: async () => true })).rejects.toMatchObject({ code: 'LOCKED' })
})

test('a file cut by a power loss does not block for ever', async () => {
  await writeFile(path, '{"pid": 12')
  await using _lock = await takeLock({ path })
})

test('of twenty that find a dead lock at once exactly one gets it', async () => {
  await writeFile(path, JSON.stringify({ pid: 2 ** 22 + 1, started: '1' }))
  const taken = await Promise.allSettled(Array.from({ length: 20 }, () => takeLock({ path })))
  expect(taken.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
})
