import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { shareFairly } from '../../../src/ssh2/yielding.ts'

const MB = 1024 * 1024

async function socketPair(): Promise<AsyncDisposable & { near: Socket; far: Socket }> {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve))
  const near = connect(address.port, '127.0.0.1')
  const far = await accepted
  return {
    near,
    far,
    [Symbol.asyncDispose]: async () => {
      near.destroy()
      far.destroy()
      server.close()
    },
  }
}

test('a bulk sender gets at most 64 KiB and one read of each turn, and loses nothing', async () => {
  await using pair = await socketPair()
  let inTurn = 0
  let most = 0
  let all = 0
  pair.far.on('data', (bytes) => {
    inTurn += bytes.length
    most = Math.max(most, inTurn)
    all += bytes.length
  })
  shareFairly(pair.far)
  pair.near.write(Buffer.alloc(16 * MB))
  while (all < 16 * MB) {
    await nextTurn()
    inTurn = 0
  }
  expect(most).toBeLessThan(2 * 64 * 1024 + 1)
})

test('a peer that asks and never reads the answers is not read until it does', async () => {
  await using pair = await socketPair()
  let asked = 0
  pair.far.on('data', (bytes) => {
    asked += bytes.length
    pair.far.write(Buffer.alloc(bytes.length * 8))
  })
  shareFairly(pair.far)
  pair.near.pause()
  pair.near.write(Buffer.alloc(16 * MB))
  while (!pair.far.isPaused() || pair.far.writableLength <= 4 * MB) await nextTurn()
  for (let turn = 0; turn < 200; turn++) await nextTurn()
  expect(pair.far.writableLength).toBeLessThan(6 * MB)
  expect(asked).toBeLessThan(16 * MB)
  pair.near.resume()
  while (asked < 16 * MB) await once(pair.far, 'data')
  expect(asked).toBe(16 * MB)
})
