import { shortId } from '../audit/catalogue.ts'
import { durationText } from '../base/duration.ts'
import type { FaultFacts } from '../base/fault.ts'
import { unreachable } from '../base/unreachable.ts'
import { say, sayFault, type TextKey } from '../i18n/i18n.ts'
import type { AlternateScreen } from '../terminal/alternate-screen.ts'
import { canMoveCursor, RESTORE_SCREEN, styleFor } from '../terminal/ansi.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { wrapText } from '../terminal/wrap.ts'
import type { Ending } from './ending.ts'
import { refusalText } from './gate/refusal-text.ts'
import type { LiveNews } from './live.ts'
import type { Principal } from './principal.ts'

export interface NoticeContext {
  readonly terminal: Terminal
  readonly principal: Principal
  readonly screen: AlternateScreen
}

/** A line of the bastion inside a session. While a full-screen program runs it goes to the window's title instead. */
export function notice(
  { terminal, principal, screen }: NoticeContext,
  key: TextKey,
  facts?: FaultFacts,
): void {
  write(terminal, noticeText({ terminal, principal, screen }, say(principal.language, key, facts)))
}

/** The same for a text of a stage, which sends it on its way through the record. */
export const noticeBytes = (context: NoticeContext, text: string): Buffer =>
  Buffer.from(noticeText(context, text))

function noticeText({ terminal, screen }: NoticeContext, text: string): string {
  if (!terminal.pty) return `cocod: ${text}\n`
  return screen.on ? `\x07\x1b]2;${text}\x07` : ownLines(terminal, text)
}

/** Somebody takes part in the session, or holds its keys. */
export function tellNews(context: NoticeContext, news: LiveNews): void {
  if (news.kind === 'draining') {
    notice(context, 'session.news.draining', { minutes: news.minutes })
    return
  }
  const { kind, who } = news
  const administrator = say(context.principal.language, 'session.administrator')
  notice(context, `session.news.${kind}`, { who: who === 'administrator' ? administrator : who })
}

/** The last line of a session: why it ended, where that is not plain to see. */
export function sayEnding(context: NoticeContext, ending: Ending, facts: EndingFacts): void {
  const { terminal, principal, screen } = context
  const text = endingText(principal, ending, facts)
  if (!terminal.pty) {
    if (ending.kind !== 'exit' && ending.kind !== 'left') write(terminal, `cocod: ${text}\n`)
    return
  }
  const cutOff = canMoveCursor(terminal.pty) && (ending.kind !== 'exit' || screen.on)
  write(terminal, `${cutOff ? RESTORE_SCREEN : ''}${ownLines(terminal, text)}`)
}

export interface EndingFacts {
  readonly asset: string
  readonly sessionId: string
  readonly durationMs: number
}

function endingText({ language }: Principal, ending: Ending, facts: EndingFacts): string {
  const { asset, sessionId } = facts
  const session = shortId(sessionId)
  const minutes = 'minutes' in ending ? ending.minutes : 0
  const megabytes = 'megabytes' in ending ? ending.megabytes : 0
  switch (ending.kind) {
    case 'rule':
      return refusalText(language, ending.refusal)
    case 'exit':
      return say(language, 'session.ended.exit', {
        asset,
        exit: exitText(ending),
        duration: durationText(facts.durationMs),
      })
    case 'killed':
      return killedText(language, ending, session)
    case 'record-failed':
      return `${say(language, 'session.ended.record-failed', { session })} ${sayFault(language, ending.cause)}`
    case 'left':
    case 'asset-lost':
    case 'idle':
    case 'duration':
    case 'size':
    case 'permission':
    case 'outage':
    case 'shutdown':
      return say(language, `session.ended.${ending.kind}`, { asset, session, minutes, megabytes })
    default:
      return unreachable(ending)
  }
}

function killedText(
  language: Principal['language'],
  { by, reason }: Extract<Ending, { kind: 'killed' }>,
  session: string,
): string {
  const who = by === 'administrator' ? say(language, 'session.administrator') : by
  return reason === undefined
    ? say(language, 'session.ended.killed', { by: who, session })
    : say(language, 'session.ended.killed.reason', { by: who, reason, session })
}

function exitText({ exit }: Extract<Ending, { kind: 'exit' }>): string {
  if (exit.kind === 'status') return `exit ${exit.code}`
  return exit.kind === 'signal' ? `signal ${exit.name}` : 'no exit status'
}

/** Dim, on lines of its own, broken between words. */
function ownLines({ pty, size }: Terminal, text: string): string {
  const lines = wrapText(`── ${text}`, Math.max(20, size.columns - 1))
  return `\r\n${styleFor(pty).dim(lines.join('\r\n'))}\r\n`
}

function write(terminal: Terminal, text: string): void {
  const sink = terminal.pty ? terminal.output : terminal.errors
  if (sink.writable) sink.write(Buffer.from(text))
}
