import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { expect, test } from 'vitest'
import { connectionInternals } from '../../../src/ssh2/internals.ts'
import { Client } from '../../../src/ssh2/library.ts'
import { sendPayload } from '../../../src/ssh2/server-messages.ts'
import type { Visit } from '../../../src/sshd/session-request.ts'
import type { Exit } from '../../../src/terminal/terminal.ts'
import { sshString } from '../../fixtures/raw-ssh.ts'
import { runSsh } from '../../fixtures/ssh-client.ts'
import { greet, openDoor } from './door.ts'

const MB = 1 << 20
const login = (port: number) => ({ port, user: 'alice#web-9', password: 'right' })
const sha = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

/** Bytes of every value that repeat nowhere near. */
function pattern(bytes: number, seed: number): Buffer {
  const all = Buffer.alloc(bytes)
  for (let i = 0, x = seed; i < bytes; i += 1) {
    x = (Math.imul(x, 1_664_525) + 1_013_904_223) >>> 0
    all[i] = x >>> 24
  }
  return all
}

async function pour(stream: Writable, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length; at += 50_000) {
    if (!stream.write(bytes.subarray(at, at + 50_000))) await once(stream, 'drain')
  }
}

const echo = async ({ terminal }: Visit): Promise<Exit> => {
  await pipeline(terminal.input, terminal.output, { end: false })
  return { kind: 'status', code: 5 }
}

test.each([
  ['at once', (...pours: Array<() => Promise<void>>) => Promise.all(pours.map((p) => p()))],
  [
    'one after the other',
    async (...pours: Array<() => Promise<void>>) => {
      for (const p of pours) await p()
    },
  ],
])('8 MB of output and 8 MB of errors %s arrive exactly, with the exit code', async (_what, all) => {
  const output = pattern(8 * MB, 1)
  const errors = pattern(8 * MB, 2)
  await using door = await openDoor({
    handlers: {
      ...greet,
      onExec: async ({ terminal }) => {
        await all(
          () => pour(terminal.output, output),
          () => pour(terminal.errors, errors),
        )
        return { kind: 'status', code: 42 }
      },
    },
  })
  const run = await runSsh({ ...login(door.port), command: 'x' })
  expect([sha(run.stdout), sha(run.stderr), run.code]).toEqual([sha(output), sha(errors), 42])
})

test('3 MB of input come back exactly, with the exit code', async () => {
  const bytes = pattern(3 * MB, 3)
  await using door = await openDoor({ handlers: { ...greet, onExec: echo } })
  const run = await runSsh({ ...login(door.port), command: 'x', stdin: bytes })
  expect([sha(run.stdout), run.code]).toEqual([sha(bytes), 5])
})

test('a command with </dev/null gets its end of input, and its answer and exit code arrive', async () => {
  await using door = await openDoor({
    handlers: {
      ...greet,
      onExec: async (visit) => {
        for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve))
        visit.terminal.output.write('late answer')
        return echo(visit)
      },
    },
  })
  const run = await runSsh({ ...login(door.port), command: 'x' })
  expect([run.stdout.toString(), run.code]).toEqual(['late answer', 5])
})

test('what is typed before anybody reads is kept for the first reader', async () => {
  await using door = await openDoor({
    handlers: {
      ...greet,
      onExec: async (visit) => {
        while (visit.terminal.input.readableLength < 5) await new Promise((resolve) => setImmediate(resolve))
        return echo(visit)
      },
    },
  })
  const run = await runSsh({ ...login(door.port), command: 'x', stdin: 'early' })
  expect(run.stdout.toString()).toBe('early')
})

test('a peer with a window of 1 GiB that stops reading stops the writer, and memory stays flat', async () => {
  const chunk = Buffer.alloc(64 * 1024, 'x')
  let taken = 0
  let stall = (): void => {}
  const stalled = new Promise<void>((resolve) => {
    stall = resolve
  })
  const onExec = async ({ terminal }: Visit): Promise<Exit> => {
    while (taken < 256 * MB && !terminal.gone.aborted) {
      taken += chunk.length
      if (!terminal.output.write(chunk) && !(await drains(terminal.output))) break
    }
    stall()
    return { kind: 'none' }
  }
  await using door = await openDoor({ handlers: { ...greet, onExec } })
  const client = await greedyClient(door.port)
  await stalled
  client.destroy()
  expect(taken).toBeGreaterThan(MB)
  expect(taken).toBeLessThan(32 * MB)
})

/** Asks for a command with a window of 1 GiB, past its library, and reads nothing of it. */
async function greedyClient(port: number): Promise<{ destroy(): void }> {
  const client = new Client()
  client.on('error', () => {})
  client.connect({ ...login(port), host: '127.0.0.1', username: login(port).user })
  await once(client, 'ready')
  const numbers = Buffer.alloc(12)
  for (const [at, value] of [99, 2 ** 30, 32_768].entries()) numbers.writeUInt32BE(value, at * 4)
  sendPayload(client, Buffer.concat([Buffer.of(90), sshString('session'), numbers]))
  const exec = [Buffer.of(98, 0, 0, 0, 0), sshString('exec'), Buffer.of(0), sshString('x')]
  sendPayload(client, Buffer.concat(exec))
  connectionInternals(client)._sock.pause()
  return client
}

/** False when the stream stays full for many turns of the event loop. */
async function drains(stream: Writable): Promise<boolean> {
  for (let turn = 0; turn < 2000; turn += 1) {
    if (!stream.writableNeedDrain) return true
    await new Promise((resolve) => setImmediate(resolve))
  }
  return false
}
