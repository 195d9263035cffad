import type { FaultFacts } from '../base/fault.ts'
import { unreachable } from '../base/unreachable.ts'
import { say, sayFault, type TextKey } from '../i18n/i18n.ts'
import { type AlternateScreen, LEAVE_ALTERNATE, RESET_MODES } from '../terminal/alternate-screen.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { wrapText } from '../terminal/wrap.ts'
import type { Ending } from './ending.ts'
import type { Principal } from './principal.ts'

export interface NoticeContext {
  readonly terminal: Terminal
  readonly principal: Principal
  readonly screen: AlternateScreen
}

const DIM = '\x1b[2m'
const PLAIN = '\x1b[0m'

/** A line of the bastion inside a session. While a full-screen program runs it goes to the window's title instead. */
export function notice(
  { terminal, principal, screen }: NoticeContext,
  key: TextKey,
  facts?: FaultFacts,
): void {
  const text = say(principal.language, key, facts)
  if (!terminal.pty) write(terminal, `cocod: ${text}\n`)
  else if (screen.on) write(terminal, `\x07\x1b]2;${text}\x07`)
  else write(terminal, ownLines(terminal, text))
}

/** The last line of a session: why it ended, where that is not plain to see. */
export function sayEnding(context: NoticeContext, ending: Ending, facts: EndingFacts): void {
  const { terminal, principal, screen } = context
  const text = endingText(principal, ending, facts)
  if (!terminal.pty) {
    if (ending.kind !== 'exit' && ending.kind !== 'left') write(terminal, `cocod: ${text}\n`)
    return
  }
  const restore = ending.kind === 'exit' ? '' : RESET_MODES
  const leave = screen.on ? LEAVE_ALTERNATE : ''
  write(terminal, `${leave}${restore}${ownLines(terminal, text)}`)
}

export interface EndingFacts {
  readonly asset: string
  readonly sessionId: string
  readonly durationMs: number
}

function endingText({ language }: Principal, ending: Ending, facts: EndingFacts): string {
  const { asset, sessionId } = facts
  const session = `s-${sessionId.slice(0, 8)}`
  const minutes = 'minutes' in ending ? ending.minutes : 0
  switch (ending.kind) {
    case 'exit':
      return say(language, 'session.ended.exit', {
        asset,
        exit: exitText(ending),
        duration: durationText(facts.durationMs),
      })
    case 'killed':
      return say(language, 'session.ended.killed', { by: say(language, `session.${ending.by}`), session })
    case 'record-failed':
      return `${say(language, 'session.ended.record-failed', { session })} ${sayFault(language, ending.cause)}`
    case 'left':
    case 'asset-lost':
    case 'idle':
    case 'permission':
    case 'outage':
    case 'shutdown':
      return say(language, `session.ended.${ending.kind}`, { asset, session, minutes })
    default:
      return unreachable(ending)
  }
}

function exitText({ exit }: Extract<Ending, { kind: 'exit' }>): string {
  if (exit.kind === 'status') return `exit ${exit.code}`
  return exit.kind === 'signal' ? `signal ${exit.name}` : 'no exit status'
}

/** `7 s`, `12 min`, `3 h 4 min`. */
function durationText(ms: number): string {
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** Dim, on lines of its own, broken between words. */
function ownLines({ size }: Terminal, text: string): string {
  const lines = wrapText(`── ${text}`, Math.max(20, size.columns - 1))
  return `\r\n${DIM}${lines.join('\r\n')}${PLAIN}\r\n`
}

function write(terminal: Terminal, text: string): void {
  const sink = terminal.pty ? terminal.output : terminal.errors
  if (sink.writable) sink.write(Buffer.from(text))
}
