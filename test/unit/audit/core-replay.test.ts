import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { asciicast } from '../../../src/audit/asciicast.ts'
import { encodeMark } from '../../../src/audit/command-mark.ts'
import { coreReplay, writeGzip } from '../../../src/audit/core-replay.ts'
import {
  encodeFrame,
  encodeSize,
  FRAME,
  type Frame,
  FrameDecoder,
  type FrameKind,
} from '../../../src/audit/frames.ts'
import { temporaryDirectory } from '../../fixtures/temporary-directory.ts'

type Spec = readonly [time: number, payload: string | Uint8Array, kind?: FrameKind]

async function* framesFrom(specs: Iterable<Spec>): AsyncGenerator<Frame> {
  const decoder = new FrameDecoder()
  for (const [time, payload, kind = FRAME.output] of specs) {
    yield* decoder.push(encodeFrame(kind, time, Buffer.from(payload)))
  }
}

async function textOf(specs: Iterable<Spec>): Promise<string> {
  let text = ''
  for await (const piece of coreReplay(framesFrom(specs))) text += piece
  return text
}

/** Members in the order of the text, doubled ones too: JSON.parse would hide both. */
const membersOf = (text: string): ReadonlyArray<readonly [string, string]> =>
  [...text.slice(1, -1).matchAll(/"([\d.]+)":("(?:[^"\\]|\\.)*"),?/g)].map(([, key = '', value = '']) => [
    key,
    String(JSON.parse(value)),
  ])

test('output becomes one JSON object of seconds and text, ended by an empty member 0', async () => {
  const text = await textOf([
    [3_200, 'Last login\r\n'],
    [410_000, encodeSize(90, 30), FRAME.resize],
    [3_918_200, 'ls "x" \\ \u0000\u001b[K\r\n'],
    [60_000_000, 'a minute'],
  ])
  expect(text).toMatch(/^\{"0\.003200":"Last login\\r\\n",.*,"0":""\}$/)
  expect(JSON.parse(text)).toEqual({
    '0.003200': 'Last login\r\n',
    '3.918200': 'ls "x" \\ \u0000\u001b[K\r\n',
    '60.000000': 'a minute',
    '0': '',
  })
})

test('keys rise, are unique and none is integer-like, also for frames of one instant and at the start', async () => {
  const specs = Array.from({ length: 50 }, (_, n): Spec => [n < 30 ? 0 : 1_000_000, `${n};`])
  const members = membersOf(await textOf(specs))
  const keys = members.slice(0, -1).map(([key]) => Number(key))
  expect(keys.every((key, n) => key > (keys[n - 1] ?? 0))).toBe(true)
  expect(members.slice(0, -1).every(([key]) => /^\d+\.\d{6}$/.test(key))).toBe(true)
  expect(members.map(([, value]) => value).join('')).toBe(specs.map(([, payload]) => payload).join(''))
})

test('characters that are torn between frames are whole, wherever the cuts are', async () => {
  const text = 'é汉字🎉\ufeffend'
  const bytes = Buffer.from(text)
  for (let step = 1; step <= bytes.length; step += 1) {
    const specs = Array.from({ length: Math.ceil(bytes.length / step) }, (_, n): Spec => {
      return [n * 1_000, bytes.subarray(n * step, (n + 1) * step)]
    })
    const members = membersOf(await textOf(specs))
    expect(members.map(([, value]) => value).join('')).toBe(text)
  }
})

test('bytes that are no UTF-8 become replacement characters, the same as if they had come in one piece', async () => {
  const bytes = Buffer.concat([
    Buffer.from('ok'),
    Buffer.from([0xff, 0xc3, 0x28, 0xed, 0xa0, 0x80, 0xf0, 0x9f]),
    randomBytes(500),
  ])
  const whole = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
  for (const step of [1, 2, 3, 64]) {
    const specs = Array.from({ length: Math.ceil(bytes.length / step) }, (_, n): Spec => {
      return [n * 10, bytes.subarray(n * step, (n + 1) * step)]
    })
    const parsed: unknown = JSON.parse(await textOf(specs))
    expect(Object.values(parsed ?? {}).join('')).toBe(whole)
  }
})

test('a session without output is a replay too', async () => {
  expect(await textOf([])).toBe('{"0":""}')
})

test('64 MB are converted in constant memory', async () => {
  await using home = await temporaryDirectory()
  const chunk = Buffer.from(randomBytes(24 * 1024).toString('base64')) // 32 KiB
  function* specs(): Generator<Spec> {
    for (let n = 0; n < 2_048; n += 1) yield [n * 1_000, chunk]
  }
  let most = 0
  const before = process.memoryUsage().rss
  async function* watched(): AsyncGenerator<string> {
    for await (const piece of coreReplay(framesFrom(specs()))) {
      most = Math.max(most, process.memoryUsage().rss - before)
      yield piece
    }
  }
  const path = join(home.path, 'x.replay.gz')
  const bytes = await writeGzip(watched(), path)
  const file = await readFile(path)
  expect(file.length).toBe(bytes)
  expect(gunzipSync(file).length).toBeGreaterThan(64 * 1024 * 1024)
  expect(most).toBeLessThan(48 * 1024 * 1024)
})

test('the same frames as asciicast have their resizes and commands', async () => {
  const head = {
    format: 'cocod-replay',
    version: 1,
    session: 'x',
    startedAt: 5_500,
    columns: 80,
    rows: 24,
    term: 'xterm',
  } as const
  const frames = framesFrom([
    [1_000, Buffer.from('汉').subarray(0, 2)],
    [2_000, Buffer.from('汉').subarray(2)],
    [2_500, encodeMark(1, Buffer.from('line')), FRAME.mark],
    [3_000_000, encodeSize(100, 40), FRAME.resize],
  ])
  let text = ''
  for await (const piece of asciicast(head, frames)) text += piece
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line))
  expect(lines).toEqual([
    { version: 2, width: 80, height: 24, timestamp: 5, env: { TERM: 'xterm' } },
    [0.002, 'o', '汉'],
    [0.0025, 'm', 'command 1'],
    [3, 'r', '100x40'],
  ])
})
