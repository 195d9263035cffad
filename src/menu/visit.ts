import type { Target } from '../core/model.ts'
import { say } from '../i18n/i18n.ts'
import type { Principal } from '../session/principal.ts'
import type { RunningSession } from '../session/registry.ts'
import { canMoveCursor, RESTORE_SCREEN } from '../terminal/ansi.ts'
import { print } from '../terminal/print.ts'
import type { Exit, Terminal } from '../terminal/terminal.ts'
import { Menu, type MenuDeps } from './menu.ts'

export interface VisitDeps extends MenuDeps {
  readonly principal: Principal
  /** Runs a session on this terminal to its end. Throws when it could not begin. */
  /** Shows another's session on this terminal, until it ends or the person leaves. */
  readonly showSession: (session: RunningSession, types: boolean, signal: AbortSignal) => Promise<unknown>
  readonly openSession: (terminal: Terminal, principal: Principal, target: Target) => Promise<unknown>
}

/**
 * A login with a menu: menu, session, menu, until the person quits or leaves, or `signal` ends it. Gives the exit
 * status for the channel; ending the terminal is the caller's.
 */
export async function visit(deps: VisitDeps, signal: AbortSignal): Promise<Exit> {
  const { desk, principal, openSession } = deps
  const { terminal } = desk
  const menu = new Menu(deps)
  const told = async (text: string, code: number): Promise<Exit> => {
    await print(terminal, `${text}\n`)
    return { kind: 'status', code }
  }
  for (;;) {
    const choice = await menu.choose(signal)
    if (terminal.gone.aborted) return { kind: 'status', code: 255 }
    if (signal.aborted) return await told(`\n${say(desk.language, 'menu.ended')}`, 255)
    if (choice.kind === 'quit') return await told(say(desk.language, 'menu.bye'), 0)
    if (choice.kind === 'idle')
      return await told(`\n${say(desk.language, 'menu.idle', { minutes: choice.minutes })}`, 255)
    try {
      if (choice.kind === 'watch') await deps.showSession(choice.session, choice.types, signal)
      else await openSession(terminal, { ...principal, language: desk.language }, choice.target)
    } catch (error) {
      if (!terminal.gone.aborted) await menu.tell(error)
    }
    // Whatever the asset's programs left switched on; and the prompt begins on a line of its own.
    await print(terminal, `${canMoveCursor(terminal.pty) ? RESTORE_SCREEN : ''}\n`)
  }
}
