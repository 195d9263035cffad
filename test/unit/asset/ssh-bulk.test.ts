import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import type { AssetChannel } from '../../../src/asset/connection.ts'
import { makeConnector } from '../../fixtures/asset-connector.ts'
import { startSshd } from '../../fixtures/sshd.ts'

const MB = 1024 * 1024
const PTY = { term: 'xterm', modes: {}, size: { columns: 100, rows: 30 } }
const hash = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

/** Reads output until `wanted` was in it; what was read before counts. */
function reader(channel: AssetChannel): (wanted: string) => Promise<void> {
  let seen = ''
  return async (wanted) => {
    while (!seen.includes(wanted)) {
      const bytes: unknown = channel.output.read()
      if (Buffer.isBuffer(bytes)) seen += bytes.toString('latin1')
      else await once(channel.output, 'readable')
    }
  }
}

test('8 MB of output and 8 MB of errors at once arrive exactly, with the exit status', async () => {
  await using sshd = await startSshd()
  await using connector = await makeConnector()
  const { port, user, privateKey } = sshd.asset
  await using connection = await connector.connect({ port, user, privateKey: privateKey.text })
  const part = (letter: string): string => `head -c ${8 * MB} /dev/zero | tr '\\0' ${letter}`
  const channel = await connection.exec(`${part('o')} & ${part('e')} >&2; wait; exit 3`, undefined)
  const [output, errors] = await Promise.all([buffer(channel.output), buffer(channel.errors)])
  expect(output.equals(Buffer.alloc(8 * MB, 'o'))).toBe(true)
  expect(errors.equals(Buffer.alloc(8 * MB, 'e'))).toBe(true)
  expect(await channel.closed).toEqual({ kind: 'status', code: 3 })
})

test('output that is read long after errors, and after the program ended, is all there', async () => {
  await using sshd = await startSshd()
  await using connector = await makeConnector()
  const { port, user, privateKey } = sshd.asset
  await using connection = await connector.connect({ port, user, privateKey: privateKey.text })
  const channel = await connection.exec(`head -c ${MB} /dev/zero; echo done >&2; exit 4`, undefined)
  expect((await buffer(channel.errors)).toString()).toBe('done\n')
  // Input to a program that has ended must not cost its unread output.
  channel.input.write('too late\n')
  expect((await buffer(channel.output)).length).toBe(MB)
  expect(await channel.closed).toEqual({ kind: 'status', code: 4 })
})

test('a 1.5 MB paste into cat on a terminal without echo arrives exactly', async () => {
  await using sshd = await startSshd()
  await using connector = await makeConnector()
  const { port, user, privateKey, home } = sshd.asset
  await using connection = await connector.connect({ port, user, privateKey: privateKey.text })
  const target = join(home, 'pasted')
  const channel = await connection.exec(`stty -echo; echo ready; cat > ${target}; echo END`, PTY)
  const until = reader(channel)
  await until('ready')
  // Lines short enough for a terminal in line mode.
  const paste = Buffer.from(
    Array.from({ length: 24_576 }, () => randomBytes(32).toString('hex').slice(0, 63))
      .join('\n')
      .concat('\n'),
  )
  expect(paste.length).toBe(1.5 * MB)
  channel.input.write(Buffer.concat([paste, Buffer.from([4])]))
  await until('END')
  expect(hash(readFileSync(target))).toBe(hash(paste))
  channel.close()
})

test('16 MB of input to a slow reader go through whole, with back-pressure', async () => {
  await using sshd = await startSshd()
  await using connector = await makeConnector()
  const { port, user, privateKey } = sshd.asset
  await using connection = await connector.connect({ port, user, privateKey: privateKey.text })
  const channel = await connection.exec('sha256sum', undefined)
  const all = randomBytes(16 * MB)
  let waited = 0
  for (let at = 0; at < all.length; at += 65_536) {
    if (channel.input.write(all.subarray(at, at + 65_536))) continue
    waited++
    await once(channel.input, 'drain')
  }
  channel.input.end()
  channel.errors.resume()
  expect((await buffer(channel.output)).toString()).toContain(hash(all))
  expect(waited).toBeGreaterThan(0)
})

test('an asset whose output nobody reads is held back', async () => {
  await using sshd = await startSshd()
  await using connector = await makeConnector()
  const { port, user, privateKey } = sshd.asset
  await using connection = await connector.connect({ port, user, privateKey: privateKey.text })
  const channel = await connection.exec('yes & yes >&2', undefined)
  const unread = (stream: Readable): number => stream.readableLength
  // Errors are read, output is not: reading the one must not open the window for the other.
  let read = 0
  channel.errors.on('data', (bytes: Buffer) => {
    read += bytes.length
  })
  const settled = (): boolean => unread(channel.output) + read > 1.9 * MB
  while (!settled()) await new Promise((resolve) => setImmediate(resolve))
  for (let turn = 0; turn < 2000; turn++) await new Promise((resolve) => setImmediate(resolve))
  expect(unread(channel.output)).toBeLessThanOrEqual(2 * MB + 32_768)
  channel.close()
  await channel.closed
})

test('window size and signals reach the program', async () => {
  await using sshd = await startSshd()
  await using connector = await makeConnector()
  const { port, user, privateKey } = sshd.asset
  await using connection = await connector.connect({ port, user, privateKey: privateKey.text })
  const channel = await connection.exec(
    "stty size; trap 'stty size' WINCH; echo up; while :; do sleep 0.05; done",
    PTY,
  )
  const until = reader(channel)
  await until('30 100')
  await until('up')
  channel.resize({ columns: 77, rows: 22 })
  await until('22 77')
  channel.output.resume()
  channel.errors.resume()
  channel.signal('TERM')
  expect(await channel.closed).toMatchObject({ kind: 'signal', name: 'TERM' })
})

test('closing a channel ends it at once, though its output is unread', async () => {
  await using sshd = await startSshd()
  await using connector = await makeConnector()
  const { port, user, privateKey } = sshd.asset
  await using connection = await connector.connect({ port, user, privateKey: privateKey.text })
  const channel = await connection.exec('yes', undefined)
  await once(channel.output, 'readable')
  channel.close()
  expect(await channel.closed).toEqual({ kind: 'none' })
  const next = await connection.exec('echo still there', undefined)
  next.errors.resume()
  expect((await buffer(next.output)).toString()).toBe('still there\n')
})

test('a shell without a terminal takes its commands from input', async () => {
  await using sshd = await startSshd()
  await using connector = await makeConnector()
  const { port, user, privateKey } = sshd.asset
  await using connection = await connector.connect({ port, user, privateKey: privateKey.text })
  const channel = await connection.shell(undefined)
  channel.errors.resume()
  channel.input.end('echo from the shell; exit 5\n')
  expect((await buffer(channel.output)).toString()).toContain('from the shell')
  expect(await channel.closed).toEqual({ kind: 'status', code: 5 })
})
