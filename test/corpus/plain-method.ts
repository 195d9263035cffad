import headless from '@xterm/headless'
import type { CorpusSession } from './format.ts'

/** What usually ends a prompt. */
const PROMPT = /^.*?[$#%>❯➜]\s+/u

/** The method to compare with: at each Enter the last line of an 80×24 screen, without what looks like a prompt. */
export async function playPlain({ events }: CorpusSession): Promise<string[]> {
  const terminal = new headless.Terminal({ cols: 80, rows: 24, allowProposedApi: true, logLevel: 'off' })
  const found: string[] = []
  for (const [, kind, data] of events) {
    if (kind === 'o') terminal.write(Buffer.from(String(data), 'latin1'))
    if (kind !== 'i' || !String(data).includes('\r')) continue
    await new Promise<void>((resolve) => terminal.write('', resolve))
    const { baseY, cursorY } = terminal.buffer.active
    const line = terminal.buffer.active.getLine(baseY + cursorY)?.translateToString(true) ?? ''
    const text = line.replace(PROMPT, '').trim()
    if (text !== '') found.push(text)
  }
  terminal.dispose()
  return found
}
