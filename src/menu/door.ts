import type { SystemUser } from '../core/model.ts'
import { exitOf } from '../session/ending.ts'
import type { SessionGuests } from '../session/guests.ts'
import type { Principal } from '../session/principal.ts'
import type { SessionRequest } from '../session/session.ts'
import type { Exit, Terminal } from '../terminal/terminal.ts'
import { askAccount } from './ask-account.ts'
import { arrive, type ByMenuDeps, byMenu } from './by-menu.ts'
import { type DirectLogin, resolveDirect } from './direct.ts'
import { Forwarding, type ForwardingDeps, type ForwardingLogin } from './forwarding.ts'
import { MenuError } from './menu-error.ts'
import { recentOf, withRecent } from './person.ts'

export interface DoorDeps extends ByMenuDeps {
  readonly guests: Pick<SessionGuests, 'byCode' | 'visibleTo' | 'mayType' | 'show'>
  /** What is set for forwarding and subsystems of a target. */
  readonly rules: ForwardingDeps['rules']
  readonly jump: ForwardingDeps['jump']
}

/** Somebody who is logged in and has a terminal; a door hands this over and ends the terminal with the Exit. */
export interface Arrival {
  readonly terminal: Terminal
  readonly principal: Principal
  /** Where the user name pointed to; undefined: the menu. */
  readonly direct: DirectLogin | undefined
  /** Fires when the daemon stops. */
  readonly signal: AbortSignal
}

/** In place of an asset: `alice#join:CODE`. */
const INVITATION = /^join:([a-z0-9-]{1,64})$/i

const FAILED: Exit = { kind: 'status', code: 255 }

/** What a door does with people: the menu, or the asset they named, with a shell or one command. */
export function doorHandlers(deps: DoorDeps) {
  return {
    onShell: async (arrival: Arrival): Promise<Exit> => {
      const { direct, terminal, principal, signal } = arrival
      if (!direct) return byMenu(deps, arrival)
      const code = INVITATION.exec(direct.asset)?.[1]
      if (code === undefined) return directly(deps, arrival, direct)
      return deps.guests.byCode(code, { terminal, principal }, signal)
    },
    onExec: (arrival: Arrival & { direct: DirectLogin; command: string }): Promise<Exit> =>
      directly(deps, arrival, arrival.direct, arrival.command),
    onSubsystem: (arrival: Arrival & { subsystem: string }): Promise<Exit> => bySubsystem(deps, arrival),
    forwarder: (login: ForwardingLogin): Forwarding => new Forwarding(deps, login),
  }
}

/** A subsystem of the asset itself, as the rules name it; a plain login has none. */
async function bySubsystem(
  { core, sessions, rules }: DoorDeps,
  { terminal, principal, signal, direct: login, subsystem }: Arrival & { subsystem: string },
): Promise<Exit> {
  if (!login) throw noSubsystem(subsystem, '')
  const { user } = principal
  const assets = await core.assets(user, { signal: AbortSignal.any([signal, terminal.gone]) })
  const target = await resolveDirect({ login, username: user.username, assets })
  if (!target) return FAILED
  if (!rules(target).subsystems.includes(subsystem)) throw noSubsystem(subsystem, target.asset.hostname)
  const command = `(subsystem ${subsystem})`
  const program: SessionRequest['program'] = (connection) => connection.subsystem(subsystem)
  return exitOf(await sessions.open({ terminal, principal, target, command, program }))
}

const noSubsystem = (subsystem: string, asset: string): MenuError =>
  new MenuError(asset === '' ? 'MENU_SUBSYSTEM_PLAIN' : 'MENU_SUBSYSTEM', {
    step: 'open subsystem',
    message: `the subsystem ${subsystem} is not allowed ${asset === '' ? 'without an asset' : `on ${asset}`}`,
    next: 'An administrator can allow it with the option subsystems of the asset.',
    facts: { subsystem, asset },
  })

async function directly(
  deps: DoorDeps,
  { terminal, principal, signal }: Arrival,
  login: DirectLogin,
  command?: string,
): Promise<Exit> {
  const { core, sessions } = deps
  const assets = await core.assets(principal.user, { signal: AbortSignal.any([signal, terminal.gone]) })
  const person =
    terminal.pty && command === undefined ? await arrive(deps, { terminal, principal }) : undefined
  await using _remembered = person?.remembered
  // A machine never meets a prompt: only a person with a terminal and no command is asked.
  const ask = person && ((accounts: readonly SystemUser[]) => askAccount(person.desk, accounts, signal))
  const target = await resolveDirect({ login, username: principal.user.username, assets, ask })
  if (person?.desk.idledOut !== undefined)
    await person.desk.say('menu.idle', { minutes: person.desk.idledOut })
  if (!target) return FAILED
  person?.remembered.change((known) => withRecent(known, recentOf(target)))
  const language = person?.desk.language ?? principal.language
  return exitOf(await sessions.open({ terminal, principal: { ...principal, language }, target, command }))
}
