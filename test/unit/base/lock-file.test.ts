import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { isAlive, readHolder, takeLock } from '../../../src/base/lock-file.ts'

const root = join(import.meta.dirname, '../../..')

let directory: string
let path: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cocod-lock-'))
  path = join(directory, 'lock')
})
afterEach(() => rm(directory, { recursive: true }))

/** Another process that takes the lock and waits. */
async function holderProcess() {
  const script = `import { takeLock } from './src/base/lock-file.ts'
await takeLock(${JSON.stringify(path)})
console.log('held')
setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  return child
}

test('a second taker is refused by the pid of the first', async () => {
  await using _first = await takeLock(path)
  await expect(takeLock(path)).rejects.toMatchObject({ code: 'LOCKED', facts: { pid: process.pid } })
})

test('a lock is free again after it was given back, and tells no holder', async () => {
  {
    await using _lock = await takeLock(path)
    expect(await readHolder(path)).toMatchObject({ pid: process.pid })
  }
  expect(await readdir(directory)).toEqual(['lock'])
  await using _again = await takeLock(path)
})

test('another process is refused while the first lives, and takes over at once when it was killed', async () => {
  const child = await holderProcess()
  await expect(takeLock(path)).rejects.toMatchObject({ facts: { pid: child.pid } })
  child.kill('SIGKILL')
  await once(child, 'exit')
  await using _lock = await takeLock(path)
  expect(await readHolder(path)).toMatchObject({ pid: process.pid })
})

test('of twenty that want it at once exactly one gets it', async () => {
  const taken = await Promise.allSettled(Array.from({ length: 20 }, () => takeLock(path)))
  const winners = taken.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
  expect(winners).toHaveLength(1)
  for (const winner of winners) await winner[Symbol.asyncDispose]()
})

test('a pid that now belongs to a younger process is not the holder', async () => {
  expect(await isAlive({ pid: process.pid, started: '1' })).toBe(false)
  expect(await isAlive({ pid: 2 ** 22 + 1, started: undefined })).toBe(false)
})

test('a holder file cut by a power loss does not matter', async () => {
  await writeFile(`${path}.pid`, '{"pid": 12')
  expect(await readHolder(path)).toBeUndefined()
  await using _lock = await takeLock(path)
})

test('a file that cannot be locked is told as such, not as held by somebody', async () => {
  await writeFile(
    path,
    'this is no lock file, and long enough to be looked at as a database, which it is not. '.repeat(20),
  )
  await expect(takeLock(path)).rejects.toThrow('cannot be locked')
})
