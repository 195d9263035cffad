import { shortId } from '../audit/catalogue.ts'
import type { Clock } from '../base/clock.ts'
import { Scope } from '../base/scope.ts'
import { say, type TextKey } from '../i18n/i18n.ts'
import { RESTORE_SCREEN, styleFor } from '../terminal/ansi.ts'
import { OwnKeys } from '../terminal/own-key.ts'
import type { Exit, Terminal } from '../terminal/terminal.ts'
import { GuestKeys } from './guest-keys.ts'
import type { Principal } from './principal.ts'
import type { RunningSession } from './registry.ts'
import { View, type ViewEnd } from './view.ts'

export interface Visit {
  readonly terminal: Terminal
  readonly principal: Principal
  readonly session: RunningSession
  readonly types: boolean
  readonly announced: boolean
  readonly clock: Clock
}

/**
 * Shows a session on somebody else's terminal until it ends or they leave; with `types` their keys go into it. Every
 * key but Ctrl-] belongs to the session then; who only looks leaves with `q` or Ctrl-C and rewinds with `r`.
 */
export async function beGuest(visit: Visit, signal: AbortSignal): Promise<Exit> {
  await using scope = new Scope()
  const { terminal, principal, session, types, announced, clock } = visit
  const leaving = new AbortController()
  const over = AbortSignal.any([signal, terminal.gone, leaving.signal])
  const facts = { user: session.principal.user.username, asset: session.target.asset.hostname }
  line(visit, types ? 'guest.begin.join' : 'guest.begin.watch', { ...facts, session: shortId(session.id) })
  const options = {
    ...{ live: session.live, name: principal.user.username, types, announced, clock },
    sink: terminal.output,
  }
  const end = await View.show(
    options,
    (view) => listen({ visit, view, leave: () => leaving.abort() }, scope),
    over,
  )
  if (!terminal.gone.aborted) farewell(visit, end)
  return { kind: 'status', code: end === 'ended' || end === 'left' ? 0 : 1 }
}

interface Listening {
  readonly visit: Visit
  readonly view: View
  readonly leave: () => void
}

function listen({ visit, view, leave }: Listening, scope: Scope): void {
  const { input } = visit.terminal
  const own = new OwnKeys(visit.types)
  const keys = scope.own(
    new GuestKeys(visit.clock, (bytes) => {
      for (const each of own.split(bytes)) {
        if ('keys' in each) view.type(each.keys)
        else if (each.own === 'q') leave()
        else if (each.own === 'r') view.rewind()
      }
    }),
  )
  const onData = (bytes: Buffer): void => keys.push(bytes)
  input.on('data', onData)
  input.once('end', leave)
  scope.defer(() => {
    input.off('data', onData)
    input.off('end', leave)
    input.pause()
  })
}

function farewell(visit: Visit, end: ViewEnd): void {
  const { output, pty } = visit.terminal
  if (pty && output.writable) output.write(Buffer.from(RESTORE_SCREEN))
  line(visit, `guest.end.${end}`, { session: shortId(visit.session.id) })
}

function line({ terminal, principal }: Visit, key: TextKey, facts: Record<string, string>): void {
  const { output, pty } = terminal
  const text = `── ${say(principal.language, key, facts)}`
  if (output.writable) output.write(Buffer.from(`\r\n${styleFor(pty).dim(text)}\r\n`))
}
