import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import pty from '@lydell/node-pty'
import { expect, test } from 'vitest'
import { AssetLine } from '../../../src/session/asset-line.ts'
import { bridge } from '../../../src/session/bridge.ts'
import type { Direction, TransferredFile } from '../../../src/terminal/zmodem.ts'
import { bridgeParts } from '../../fixtures/bridge-parts.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'
import { temporaryDirectory } from '../../fixtures/temporary-directory.ts'
import { until } from '../../fixtures/until.ts'
import { binaryHeader, hexHeader, subpacket } from '../../fixtures/zmodem-bytes.ts'

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const EVERY = Buffer.from(Array.from({ length: 256 }, (_, value) => value))
/** Every byte, runs of those that are escaped, and noise. */
const CONTENT = Buffer.concat([
  EVERY,
  Buffer.alloc(3000, 0x18),
  Buffer.alloc(500, 0xff),
  EVERY,
  randomBytes(200_000),
])

interface Options {
  readonly charset?: 'utf-8' | 'gbk'
  readonly allowed?: boolean
  readonly clock?: ManualClock
}

/** A session's line between streams; what was heard of it. */
function aLine({ charset = 'utf-8', allowed = true, clock = new ManualClock() }: Options = {}) {
  const output = new PassThrough()
  const shown = new PassThrough()
  const parts = bridgeParts(output, shown)
  const files: TransferredFile[] = []
  const ends: Array<[string, Direction, number]> = []
  const typed: Buffer[] = []
  const line = new AssetLine({
    ...{
      charset,
      backspace: 'as-is',
      recordKeys: (bytes) => void typed.push(Buffer.from(bytes)),
      tell: () => undefined,
    },
    zmodem: {
      ...{ clock, allowed: () => allowed, onMove: () => undefined },
      onFile: (file) => void files.push(file),
      onEnd: (...end) => void ends.push(end),
    },
  })
  const orders = new AbortController()
  const ended = bridge(
    {
      ...{
        terminal: parts.terminal,
        asset: parts.asset,
        recorder: parts.recorder,
        stages: [line.front, line.back],
      },
      ...{ onKeys: () => true, onOutput: () => undefined },
    },
    orders.signal,
  )
  const sent: Buffer[] = []
  const seen: Buffer[] = []
  const children: Array<{ kill(signal: 'SIGKILL'): unknown }> = []
  shown.on('data', (bytes: Buffer) => seen.push(bytes))
  parts.toAsset.on('data', (bytes: Buffer) => sent.push(bytes))
  return {
    ...{ output, shown, keys: parts.input, toAsset: parts.toAsset, files, ends, clock },
    recorded: () => Buffer.concat(parts.recorded).toString('latin1'),
    typed: () => Buffer.concat(typed).toString('latin1'),
    children,
    sent: () => Buffer.concat(sent),
    seen: () => Buffer.concat(seen),
    stop: async () => {
      for (const child of children) child.kill('SIGKILL')
      orders.abort({ kind: 'shutdown' })
      await ended
    },
  }
}

type ALine = ReturnType<typeof aLine>

/** node-pty takes buffers too, unlike its types. */
interface Keyboard {
  write(keys: string | Buffer): void
}

/** A program in a real PTY as the asset's end of the line. */
function onAsset(line: ALine, script: string, cwd: string, onTheWay = (bytes: Buffer): Buffer => bytes) {
  const program = pty.spawn('bash', ['--norc', '--noprofile', '-c', script], {
    cwd,
    encoding: null,
    cols: 80,
    rows: 24,
  })
  const keyboard: Keyboard = program
  line.children.push(program)
  program.onData((data: string | Buffer) => void line.output.write(onTheWay(Buffer.from(data))))
  line.toAsset.on('data', (bytes: Buffer) => keyboard.write(bytes))
  return new Promise<number>((resolve) => program.onExit(({ exitCode }) => resolve(exitCode)))
}

/** rz or sz of the person over pipes, begun by the mark as clients do it. Resolves when it has ended. */
async function ofPerson(line: ALine, program: string, args: readonly string[], cwd: string): Promise<void> {
  let before = ''
  await new Promise<void>((resolve) => {
    line.shown.on('data', function look(bytes: Buffer) {
      before += bytes.toString('latin1')
      if (!/\*\*\x18B0[01]/.test(before)) return
      line.shown.off('data', look)
      resolve()
    })
  })
  const child = spawn(program, args, { cwd, stdio: ['pipe', 'pipe', 'ignore'] })
  line.children.push(child)
  child.stdin.write(Buffer.from(before, 'latin1'))
  line.shown.on('data', (bytes: Buffer) => void (child.stdin.writable && child.stdin.write(bytes)))
  child.stdin.on('error', () => undefined)
  child.stdout.on('data', (bytes: Buffer) => line.keys.write(bytes))
  await once(child, 'exit')
}

test.each(['utf-8', 'gbk'] as const)(
  'a file comes down by sz and rz, exact, on an asset of %s',
  async (charset) => {
    await using from = await temporaryDirectory()
    await using to = await temporaryDirectory()
    await writeFile(join(from.path, 'data.bin'), CONTENT)
    const line = aLine({ charset })
    const person = ofPerson(line, 'rz', ['--quiet'], to.path)
    const exit = await onAsset(line, 'stty raw -echo; sz -q data.bin; echo exit-$?', from.path)
    await person
    expect(exit).toBe(0)
    expect(digest(await readFile(join(to.path, 'data.bin')))).toBe(digest(CONTENT))
    await until(() => line.recorded().includes('exit-0'))
    const [file] = line.files
    expect(file).toMatchObject({
      direction: 'download',
      name: 'data.bin',
      bytes: CONTENT.length,
      outcome: 'complete',
    })
    expect(file?.sha256).toBe(digest(CONTENT))
    expect(line.ends).toEqual([['over', 'download', expect.any(Number)]])
    expect(line.ends[0]?.[2]).toBeGreaterThan(CONTENT.length)
    expect(line.recorded().length).toBeLessThan(200)
    expect(line.typed()).toBe('')
    await line.stop()
  },
)

test('bytes that change on the way are sent again, and the file arrives exact', async () => {
  await using from = await temporaryDirectory()
  await using to = await temporaryDirectory()
  await writeFile(join(from.path, 'data.bin'), CONTENT)
  const line = aLine()
  const person = ofPerson(line, 'rz', ['--quiet'], to.path)
  let passed = 0
  let spoilt = 0
  const spoil = (bytes: Buffer): Buffer => {
    passed += bytes.length
    if (passed < 50_000 || spoilt > 0) return bytes
    spoilt++
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 0x01
    return bytes
  }
  const exit = await onAsset(line, 'stty raw -echo; sz -q data.bin; echo exit-$?', from.path, spoil)
  await person
  expect([exit, spoilt]).toEqual([0, 1])
  expect(digest(await readFile(join(to.path, 'data.bin')))).toBe(digest(CONTENT))
  await until(() => line.files.length === 1)
  expect(line.files).toMatchObject([{ name: 'data.bin', bytes: CONTENT.length, outcome: 'complete' }])
  await line.stop()
})

test('files go up by rz and sz, exact, several in one go', async () => {
  await using from = await temporaryDirectory()
  await using to = await temporaryDirectory()
  await writeFile(join(from.path, 'one.bin'), CONTENT)
  await writeFile(join(from.path, 'two.txt'), 'rm -rf /\r')
  const line = aLine({ charset: 'gbk' })
  const person = ofPerson(line, 'sz', ['-q', 'one.bin', 'two.txt'], from.path)
  await onAsset(line, 'stty raw -echo; rz -q; echo exit-$?', to.path)
  await person
  expect(digest(await readFile(join(to.path, 'one.bin')))).toBe(digest(CONTENT))
  expect(await readFile(join(to.path, 'two.txt'), 'utf8')).toBe('rm -rf /\r')
  await until(() => line.recorded().includes('exit-0'))
  expect(line.files.map(({ name, outcome, sha256 }) => [name, outcome, sha256])).toEqual([
    ['one.bin', 'complete', digest(CONTENT)],
    ['two.txt', 'complete', digest(Buffer.from('rm -rf /\r'))],
  ])
  await line.stop()
})

test.each([
  ['download', 'rz', [], 'sz -q data.bin'],
  ['upload', 'sz', ['-q', 'data.bin'], 'rz -q'],
] as const)(
  'a %s without the right ends the programs of both sides and is noted with its name',
  async (direction, own, args, theirs) => {
    await using from = await temporaryDirectory()
    await using to = await temporaryDirectory()
    await writeFile(join(from.path, 'data.bin'), CONTENT)
    const [here, there] = direction === 'download' ? [to.path, from.path] : [from.path, to.path]
    const line = aLine({ allowed: false })
    const person = ofPerson(line, own, args, here)
    await onAsset(line, `stty raw -echo; ${theirs}; echo exit-$?`, there)
    await person
    expect(line.recorded()).toMatch(/exit-[1-9]/)
    expect(line.files).toMatchObject([{ direction, name: 'data.bin', bytes: 0, outcome: 'refused' }])
    expect(line.ends).toEqual([['refused', direction, expect.any(Number)]])
    await line.stop()
  },
)

const RQINIT = '**\x18B00000000000000\r\n\x11'
const RINIT = '**\x18B0100000023be50\r\n\x11'

test('after a refusal frames go nowhere and are answered by the cancel, and keys are keys', async () => {
  const line = aLine({ allowed: false })
  line.output.write(RQINIT)
  await until(() => line.recorded().includes('B00'))
  line.keys.write(RINIT)
  await until(() => line.sent().includes(RINIT.trimEnd()))
  line.output.write(hexHeader(4))
  line.output.write(subpacket('secret.txt\0'))
  await until(() => line.ends.length === 1)
  const told = line.sent().length
  const recorded = line.recorded()
  line.output.write(hexHeader(0))
  await until(() => line.sent().length > told)
  expect(line.sent().subarray(told).includes(Buffer.alloc(8, 0x18))).toBe(true)
  line.keys.write('whoami\r')
  await until(() => line.typed() === 'whoami\r')
  line.output.write('alice\r\n')
  await until(() => line.recorded() === `${recorded}alice\r\n`)
  for (let second = 0; second < 13; second += 1) line.clock.advance(1000)
  expect(line.clock.pending).toBe(0)
  await line.stop()
})

test('marks alone change nothing: output is recorded, keys stay keys', async () => {
  const line = aLine()
  for (const mark of [RQINIT, RINIT]) {
    line.output.write(mark.slice(0, 5))
    line.output.write(`${mark.slice(5)}secret output`)
  }
  await until(() => line.recorded().endsWith(`${RINIT}secret output`))
  line.keys.write('rm -rf /\r')
  await until(() => line.typed() === 'rm -rf /\r')
  line.keys.write('*')
  line.clock.advance(2000)
  await until(() => line.typed() === 'rm -rf /\r*')
  expect([line.files, line.ends]).toEqual([[], []])
  await line.stop()
})

test('in a transfer keys that are no frames are keys, output that is none is recorded', async () => {
  const line = aLine()
  line.output.write(RQINIT)
  await until(() => line.recorded().includes('B00'))
  line.keys.write(RINIT)
  await until(() => line.sent().includes(RINIT.trimEnd()))
  line.keys.write('whoami\r')
  line.output.write('mallory\r\n')
  await until(() => line.recorded().includes('mallory'))
  expect(line.typed()).toBe('whoami\r')
  await line.stop()
})

test('a program that only prints the mark of rz gets no content past the rules', async () => {
  const line = aLine()
  line.output.write(RINIT)
  await until(() => line.recorded().includes('B01'))
  // The sender's first word, and at once content: nobody has asked for it.
  line.keys.write(`${hexHeader(0)}${hexHeader(10)}rm -rf /\r`)
  line.clock.advance(6000)
  await until(() => line.typed().includes('rm -rf /\r'))
  await line.stop()
})

test('a transfer that falls silent is ended after a minute, and one that is cancelled at once', async () => {
  for (const cancel of [true, false]) {
    const line = aLine()
    line.output.write(RQINIT)
    await until(() => line.recorded().includes('B00'))
    line.keys.write(RINIT)
    await until(() => line.sent().includes('B01'))
    if (cancel) line.keys.write('\x18\x18\x18\x18\x18\b\b\b')
    else for (let second = 0; second < 62; second += 1) line.clock.advance(1000)
    await until(() => line.ends.length === 1)
    expect(line.ends[0]?.[0]).toBe(cancel ? 'over' : 'silent')
    expect(line.sent().includes(Buffer.alloc(5, 0x18))).toBe(true)
    line.keys.write('ls\r')
    line.output.write('after')
    await until(() => line.typed() === 'ls\r' && line.recorded().endsWith('after'))
    expect(line.clock.pending).toBe(0)
    await line.stop()
  }
})

const SINIT = 2
const FILE = 4
const FIN = 8
const RPOS = 9
const DATA = 10
const EOF = 11

/** A transfer has begun: the mark of the program, and the answer of the person's client. */
async function begun(direction: Direction, options: Options = {}): Promise<ALine> {
  const line = aLine(options)
  const [mark, answer] = direction === 'download' ? [RQINIT, RINIT] : [RINIT, hexHeader(0)]
  line.output.write(mark)
  await until(() => line.recorded().includes('**\x18B0'))
  line.keys.write(answer)
  return line
}

test('what a person’s client sends that is no name and no content is judged like keys', async () => {
  const line = await begun('upload')
  const hostile = ['\rtouch a\r', 'name\rtouch b\r\0', `${'x'.repeat(1025)}\0`]
  line.keys.write(Buffer.concat([binaryHeader(SINIT), subpacket(hostile[0] ?? '')]))
  line.keys.write(Buffer.concat([binaryHeader(FILE), subpacket(hostile[1] ?? '')]))
  line.keys.write(Buffer.concat([binaryHeader(FILE), subpacket(hostile[2] ?? '')]))
  line.keys.write(Buffer.concat([binaryHeader(FILE), subpacket('fine.txt\0')]))
  await until(() => line.sent().includes('fine.txt'))
  for (const text of hostile) expect(line.typed()).toContain(text)
  line.keys.write(Buffer.concat([binaryHeader(DATA), subpacket('\rtouch c\r')]))
  await until(() => line.typed().includes('touch c'))
  line.output.write(hexHeader(RPOS))
  await until(() => line.shown.readableLength === 0 && line.seen().includes(hexHeader(RPOS)))
  line.keys.write(Buffer.concat([binaryHeader(DATA), subpacket('content\r'), binaryHeader(EOF)]))
  await until(() => line.sent().includes('content\r'))
  line.keys.write(Buffer.concat([binaryHeader(DATA), subpacket('\rtouch d\r')]))
  await until(() => line.typed().includes('touch d'))
  expect(line.typed()).not.toContain('content')
  await line.stop()
})

test('a subpacket of more than 8 KiB is none', async () => {
  const line = await begun('upload')
  line.keys.write(Buffer.concat([binaryHeader(FILE), subpacket('long.bin\0')]))
  await until(() => line.sent().includes('long.bin'))
  line.output.write(hexHeader(RPOS))
  await until(() => line.seen().includes(hexHeader(RPOS)))
  line.keys.write(Buffer.concat([binaryHeader(DATA), subpacket('x'.repeat(8193))]))
  await until(() => line.typed().includes('x'.repeat(8193)))
  await line.stop()
})

test('the line end of a frame runs nothing that stands on the line', async () => {
  const line = aLine()
  line.keys.write('touch a #')
  line.output.write(RINIT)
  await until(() => line.recorded().includes('B01') && line.typed() === 'touch a #')
  line.keys.write(hexHeader(0))
  await until(() => line.typed() === `touch a #${hexHeader(0)}`)
  // A name is text too: no line end follows it before it is answered.
  line.keys.write(Buffer.concat([binaryHeader(FILE), subpacket('touch b #\0')]))
  await until(() => line.sent().includes('touch b #'))
  line.keys.write(hexHeader(FIN))
  await until(() => line.typed().endsWith(hexHeader(FIN)))
  await line.stop()
})

test('what sz says before its first frame is no key there, and is one where no frame follows', async () => {
  const line = aLine()
  line.output.write(RINIT)
  await until(() => line.recorded().includes('B01'))
  line.keys.write('rz\r')
  line.keys.write(hexHeader(0))
  await until(() => line.sent().includes(hexHeader(0)))
  expect([line.sent().toString('latin1'), line.typed()]).toEqual([hexHeader(0), ''])
  await line.stop()
  const other = aLine()
  other.output.write(RINIT)
  await until(() => other.recorded().includes('B01'))
  other.keys.write('rz\r')
  for (let second = 0; second < 3 && other.typed() === ''; second++) {
    await until(() => other.keys.readableLength === 0)
    other.clock.advance(1000)
  }
  await until(() => other.typed() === 'rz\r')
  await other.stop()
})

test('a binary header and a name reach the program without a control character in them', async () => {
  const line = await begun('upload')
  await until(() => line.sent().length > 0)
  const before = line.sent().length
  line.keys.write(Buffer.concat([binaryHeader(FILE, Buffer.from('w\r\x0f\x03')), subpacket('a.txt\0')]))
  await until(() => line.sent().includes('a.txt'))
  const passed = line.sent().subarray(before)
  expect(passed.filter((byte) => byte < 0x20 && byte !== 0x18)).toHaveLength(0)
  expect(passed.toString('latin1')).toContain('*\x18A\x18Dw\x18M\x18O\x18C')
  expect(line.typed()).toBe('')
  await line.stop()
})

test('what a program sends beside names and wanted content is recorded', async () => {
  const line = await begun('download')
  await until(() => line.sent().includes('B01'))
  line.output.write(Buffer.concat([binaryHeader(SINIT), subpacket('secret one\r\n')]))
  line.output.write(Buffer.concat([binaryHeader(DATA), subpacket('secret two')]))
  line.output.write(Buffer.concat([binaryHeader(FILE), subpacket('secret\x1b[three\0')]))
  await until(() => line.recorded().includes('secret\x1b[three'))
  expect(line.recorded()).toMatch(/secret one[\s\S]*secret two/)
  await line.stop()
})

test('without the right an attention sequence ends the transfer and does not reach the program', async () => {
  const line = await begun('upload', { allowed: false })
  line.keys.write(Buffer.concat([binaryHeader(SINIT), subpacket('\0')]))
  await until(() => line.ends.length === 1)
  expect(line.ends[0]?.[0]).toBe('refused')
  expect(line.sent().toString('latin1')).toBe(`${hexHeader(0)}*${'\x18'.repeat(8)}${'\b'.repeat(10)}`)
  expect(line.typed()).toBe('')
  await line.stop()
})
