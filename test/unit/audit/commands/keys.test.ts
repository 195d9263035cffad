import { expect, test } from 'vitest'
import { type Key, KeySplitter } from '../../../../src/audit/commands/keys.ts'

const INPUT =
  'ls 审\x1b[A\x1bOD\x1bb\x7f\x1b[?1;2c\x1b[12;40R\x1b]11;rgb:00/00/00\x1b\\\x1b[I\x1b[<0;1;2M\x1bP1$r0m\x1b\\\x1b[200~a\rb\x1b[201~\r'

/** Neighbouring text joined: where a packet is cut decides how text is divided. */
function joined(keys: readonly Key[]): Key[] {
  const all: Key[] = []
  for (const key of keys) {
    const last = all.at(-1)
    if (key.kind === 'text' && last?.kind === 'text')
      all.splice(-1, 1, { ...last, text: last.text + key.text })
    else all.push(key)
  }
  return all
}

test('keys are told apart, and what the terminal answers by itself is left out', () => {
  expect(new KeySplitter().split(Buffer.from(INPUT))).toEqual([
    { kind: 'text', text: 'ls 审' },
    { kind: 'sequence', text: '\x1b[A' },
    { kind: 'sequence', text: '\x1bOD' },
    { kind: 'sequence', text: '\x1bb' },
    { kind: 'control', text: '\x7f' },
    { kind: 'paste', on: true },
    { kind: 'text', text: 'a' },
    { kind: 'control', text: '\r' },
    { kind: 'text', text: 'b' },
    { kind: 'paste', on: false },
    { kind: 'control', text: '\r' },
  ])
})

test('a packet may be cut at any byte', () => {
  const bytes = Buffer.from(INPUT)
  const whole = joined(new KeySplitter().split(bytes))
  for (let at = 1; at < bytes.length; at++) {
    const splitter = new KeySplitter()
    const parts = [...splitter.split(bytes.subarray(0, at)), ...splitter.split(bytes.subarray(at))]
    // Esc at the end of a packet is the key Esc unless a sequence goes on.
    if (bytes[at - 1] === 0x1b && bytes[at] === 0x62) continue
    expect(joined(parts), `cut at ${at}`).toEqual(whole)
  }
})

test('Alt-] and the like hide no Enter after them', () => {
  for (const opener of [']', 'P', '_', '^', 'X', '[', 'O']) {
    const splitter = new KeySplitter()
    const keys = [...splitter.split(Buffer.from(`\x1b${opener}`)), ...splitter.split(Buffer.from('\r'))]
    expect(keys.at(-1), opener).toEqual({ kind: 'control', text: '\r' })
  }
})

test('a reply that never ends is given up', () => {
  const splitter = new KeySplitter()
  const keys = [
    ...splitter.split(Buffer.from(`\x1b]${'x'.repeat(10_000)}`)),
    ...splitter.split(Buffer.from('\r')),
  ]
  expect(keys.at(-1)).toEqual({ kind: 'control', text: '\r' })
  expect(keys.length).toBeGreaterThan(1)
})
