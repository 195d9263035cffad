import { once } from 'node:events'
import type { Terminal } from './terminal.ts'

/**
 * Writes text with `\n` line ends to the person, in the line ends their terminal needs, and waits while it is full.
 * Never throws: who has left reads nothing.
 */
export async function print(terminal: Terminal, text: string): Promise<void> {
  const { output, gone } = terminal
  if (gone.aborted || !output.writable) return
  const lines = terminal.pty ? text.replace(/\r?\n/g, '\r\n') : text
  if (output.write(Buffer.from(lines))) return
  const stop = new AbortController()
  const signal = AbortSignal.any([gone, stop.signal])
  const over = ['drain', 'close'].map((event) => once(output, event, { signal }))
  await Promise.race(over).catch(() => undefined)
  stop.abort()
  await Promise.allSettled(over)
}
