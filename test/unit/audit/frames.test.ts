import { expect, test } from 'vitest'
import {
  decodeSize,
  encodeFrame,
  encodeSize,
  FRAME,
  FrameDecoder,
  MOST_PAYLOAD,
} from '../../../src/audit/frames.ts'

const FILE = Buffer.concat([
  encodeFrame(FRAME.head, 0, Buffer.from('{}')),
  encodeFrame(FRAME.output, 1_500, Buffer.from('hello')),
  encodeFrame(FRAME.output, 1_500, Buffer.alloc(0)),
  encodeFrame(FRAME.resize, 86_400_000_001, encodeSize(1000, 500)),
  encodeFrame(FRAME.end, 86_400_000_002, Buffer.from('bye')),
])

function decode(chunks: readonly Buffer[]) {
  const decoder = new FrameDecoder()
  const frames = chunks.flatMap((chunk) => [...decoder.push(chunk)])
  return {
    decoder,
    frames: frames.map(({ kind, time, payload }) => [kind, time, payload.toString('latin1')]),
  }
}

const WHOLE = decode([FILE]).frames

test('frames come out as they went in, also a day after the start and with equal times', () => {
  expect(WHOLE.map(([kind, time]) => [kind, time])).toEqual([
    [FRAME.head, 0],
    [FRAME.output, 1_500],
    [FRAME.output, 1_500],
    [FRAME.resize, 86_400_000_001],
    [FRAME.end, 86_400_000_002],
  ])
  expect(WHOLE[1]?.[2]).toBe('hello')
})

test('it does not matter in which pieces a file comes', () => {
  const bytes = [...FILE].map((byte) => Buffer.of(byte))
  expect(decode(bytes).frames).toEqual(WHOLE)
  for (let cut = 1; cut < FILE.length; cut += 1) {
    expect(decode([FILE.subarray(0, cut), FILE.subarray(cut)]).frames).toEqual(WHOLE)
  }
})

test('a file that is cut at any byte gives all frames that are whole, and says what is left over', () => {
  for (let cut = 0; cut < FILE.length; cut += 1) {
    const { decoder, frames } = decode([FILE.subarray(0, cut)])
    expect(frames).toEqual(WHOLE.slice(0, frames.length))
    expect(decoder.offset + decoder.pending).toBe(cut)
    expect(decoder.damaged).toBe(false)
  }
})

test('what cannot be a frame stops the reading there', () => {
  const zeros = decode([FILE, Buffer.alloc(100)])
  expect(zeros.decoder.damaged).toBe(true)
  expect(zeros.decoder.offset).toBe(FILE.length)
  const long = encodeFrame(FRAME.output, 0, Buffer.alloc(MOST_PAYLOAD + 1))
  expect(decode([long]).decoder.damaged).toBe(true)
  expect(decode([encodeFrame(FRAME.output, 0, Buffer.alloc(MOST_PAYLOAD))]).frames).toHaveLength(1)
})

test('a size is four bytes or none', () => {
  expect(decodeSize(encodeSize(120, 40))).toEqual({ columns: 120, rows: 40 })
  expect(decodeSize(Buffer.alloc(3))).toBeUndefined()
})
