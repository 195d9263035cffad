import { expect, test } from 'vitest'
import { KeyReader } from '../../../src/terminal/key-reader.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'
import { MemoryTerminal } from '../../fixtures/memory-terminal.ts'

/** Keys as they come, until Enter. */
function reading(terminal: MemoryTerminal, clock?: ManualClock) {
  const keys: string[] = []
  const listener = {
    onKey: (key: { kind: string; text?: string; name?: string }) => {
      keys.push(key.text ?? key.name ?? '')
      return key.name === 'enter'
    },
    onPause: () => undefined,
    onDrain: () => undefined,
    onEnd: (how: string) => keys.push(how),
  }
  const reader = new KeyReader({ terminal, listener, signal: new AbortController().signal, clock })
  reader.start()
  return { keys, reader }
}

test('an Esc that nothing follows is a key; one that begins a sequence is none, however it is cut', async () => {
  using terminal = new MemoryTerminal()
  const clock = new ManualClock()
  const { keys, reader } = reading(terminal, clock)
  terminal.type('a\x1b')
  await terminal.settled()
  expect(keys).toEqual(['a'])
  clock.advance(150)
  expect(keys).toEqual(['a', 'escape'])
  terminal.type('\x1b')
  await terminal.settled()
  clock.advance(100)
  terminal.type('[A')
  await terminal.settled()
  clock.advance(1000)
  expect(keys).toEqual(['a', 'escape', 'up'])
  terminal.type('\x1b')
  await terminal.settled()
  reader.stop()
  expect(clock.pending).toBe(0)
})

test('what comes after the key that was enough stays for the next reader', async () => {
  using terminal = new MemoryTerminal()
  const { keys } = reading(terminal)
  terminal.type('x\rrest')
  await terminal.settled()
  expect(keys).toEqual(['x', 'enter'])
  expect(String(terminal.input.read())).toBe('rest')
  expect([terminal.input.listenerCount('data'), terminal.output.listenerCount('drain')]).toEqual([0, 0])
})

test('the end of the input and leaving are told apart, once', async () => {
  using ended = new MemoryTerminal()
  const first = reading(ended)
  ended.input.end('y')
  await ended.settled()
  ended.leave()
  expect(first.keys).toEqual(['y', 'eof'])
  using left = new MemoryTerminal()
  const second = reading(left)
  left.leave()
  expect([second.keys, reading(left).keys]).toEqual([['gone'], ['gone']])
})
