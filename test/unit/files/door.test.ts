import { PassThrough, Writable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { systemClock } from '../../../src/base/clock.ts'
import { SftpDoor } from '../../../src/files/door.ts'
import { hello, packet, string } from '../../../src/files/sftp/encode.ts'
import { PacketReader } from '../../../src/files/sftp/packet-reader.ts'
import { PACKET, VERSION } from '../../../src/files/sftp/protocol.ts'
import { silentLog } from '../../../src/log.ts'

/** A tree without an asset, for one client whose every byte is in the test's hands. */
function doorFor(input: PassThrough, output: Writable, gone: AbortSignal): SftpDoor {
  return new SftpDoor({
    ends: { input, output, gone, say: String, tell: () => undefined },
    options: { showHidden: false, forceRemove: false },
    operations: { add: () => undefined },
    view: () => ({
      only: undefined,
      mounts: [],
      find: () => ({ kind: 'missing' }),
      refresh: () => Promise.resolve(),
    }),
    clock: systemClock,
    log: silentLog(),
  })
}

test('a client that does not read its answers is not read, and all are answered when it does', async () => {
  let answers = 0
  const reader = new PacketReader(() => {
    answers += 1
  })
  const taking: Array<() => void> = []
  let reads = false
  const output = new Writable({
    highWaterMark: 4096,
    write: (bytes: Buffer, _encoding, done) => {
      reader.push(bytes)
      if (reads) done()
      else taking.push(done)
    },
  })
  const input = new PassThrough({ highWaterMark: 4096 })
  const gone = new AbortController()
  const served = doorFor(input, output, gone.signal).run(gone.signal)
  input.write(hello(PACKET.init, VERSION))
  const question = (id: number): Buffer => packet(PACKET.realpath, id, string(Buffer.from('/'.repeat(50))))
  for (let id = 0; id < 20_000; id++) input.write(question(id))
  for (let turn = 0; turn < 100; turn++) await nextTurn()
  expect(input.isPaused()).toBe(true)
  expect(output.writableLength).toBeLessThan(64 * 1024)
  reads = true
  for (const done of taking.splice(0)) done()
  input.end()
  expect(await served).toEqual({ kind: 'left' })
  expect(answers).toBe(20_001)
})
