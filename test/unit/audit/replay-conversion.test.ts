import { randomBytes } from 'node:crypto'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect, onTestFinished, test } from 'vitest'
import { encodeFrame, FRAME } from '../../../src/audit/frames.ts'
import { convertReplay } from '../../../src/audit/replay-conversion.ts'
import { encodeHead } from '../../../src/audit/replay-file.ts'
import { temporaryDirectory } from '../../fixtures/temporary-directory.ts'

/** A replay of `count` lines, as a file. */
async function replayOf(count: number): Promise<{ source: string; target: string; text: string }> {
  const directory = await temporaryDirectory()
  onTestFinished(() => directory[Symbol.asyncDispose]())
  const head = encodeHead({ session: 's', startedAt: 0, size: { columns: 80, rows: 24 } })
  const lines = Array.from({ length: count }, () => `${randomBytes(512).toString('hex')}\r\n`)
  const frames = lines.map((line, index) => encodeFrame(FRAME.output, index * 1000, Buffer.from(line)))
  const source = join(directory.path, 'replay.log')
  await writeFile(source, Buffer.concat([encodeFrame(FRAME.head, 0, head), ...frames]))
  return { source, target: join(directory.path, 'core.replay.gz'), text: lines.join('') }
}

const textIn = async (path: string): Promise<string> =>
  Object.values(JSON.parse(gunzipSync(await readFile(path)).toString()) as Record<string, string>).join('')

test.each([
  ['small', 10],
  ['large, by a thread,', 4000],
])('a %s replay is converted whole', async (_title, lines) => {
  const { source, target, text } = await replayOf(lines)
  expect(await convertReplay({ source, target })).toBe((await stat(target)).size)
  expect(await textIn(target)).toBe(text)
})

test('an abort ends the thread', async () => {
  const { source, target } = await replayOf(20_000)
  const stop = new AbortController()
  const converted = convertReplay({ source, target }, stop.signal)
  setImmediate(() => stop.abort(new Error('stop')))
  await expect(converted).rejects.toThrow('stop')
})

test('a file that is no replay is told as damaged, a missing one as missing', async () => {
  const { source, target } = await replayOf(1)
  await writeFile(source, 'no replay at all, but long enough to be looked at')
  await expect(convertReplay({ source, target })).rejects.toMatchObject({ code: 'AUDIT_DAMAGED' })
  await expect(convertReplay({ source: `${source}-none`, target })).rejects.toMatchObject({ code: 'ENOENT' })
})
