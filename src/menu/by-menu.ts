import type { Clock } from '../base/clock.ts'
import type { AppService } from '../core/app-service.ts'
import { languageOf } from '../i18n/i18n.ts'
import type { Log } from '../log.ts'
import type { SessionGuests } from '../session/guests.ts'
import type { Principal } from '../session/principal.ts'
import type { SessionService } from '../session/session.ts'
import type { Exit, Terminal } from '../terminal/terminal.ts'
import type { Catalogues } from './catalogues.ts'
import { Desk } from './desk.ts'
import type { PageRows } from './look.ts'
import type { People, Remembered } from './people.ts'
import type { LastLogin } from './person.ts'
import type { SortBy } from './search.ts'
import { visit } from './visit.ts'

/** How the menu is to be, as core and the settings have it now. */
export interface MenuHabits {
  readonly sortBy: () => SortBy
  readonly pageRows: () => PageRows
  /** Minutes without a key that end a login at the menu; 0: never. */
  readonly idleMinutes: () => number
  /** Lines everybody is to read. Never rejects. */
  readonly announcement: () => Promise<readonly string[]>
}

export interface ByMenuDeps {
  readonly core: Pick<AppService, 'assets' | 'nodes' | 'nodeAssets' | 'settings'>
  readonly sessions: Pick<SessionService, 'open' | 'throttle'>
  readonly guests: Pick<SessionGuests, 'visibleTo' | 'mayType' | 'show'>
  /** Name of this bastion. */
  readonly node: string
  /** Title of the menu where core has none, as it is set now. */
  readonly header?: (() => string | undefined) | undefined
  readonly people: Pick<People, 'of'>
  readonly catalogues: Catalogues
  readonly habits: MenuHabits
  readonly clock: Clock
  readonly log: Log
}

/** Somebody who is logged in, in a terminal of theirs. */
export interface Newcomer {
  readonly terminal: Terminal
  readonly principal: Principal
}

/** Takes somebody in: what is known of them, their language, and the note that they were here. */
export async function arrive(
  { people, habits, clock }: ByMenuDeps,
  { terminal, principal }: Newcomer,
): Promise<{
  readonly desk: Desk
  readonly remembered: Remembered
  readonly lastLogin: LastLogin | undefined
}> {
  const remembered = await people.of(principal.user.id)
  const { lastLogin } = remembered.person
  const language = languageOf(remembered.person.language) ?? principal.language
  const { idleMinutes, pageRows } = habits
  const now = { at: clock.now(), from: principal.remoteAddr }
  // As OpenSSH has it: what a script does without a terminal is not remembered.
  if (terminal.pty) remembered.change((person) => ({ ...person, lastLogin: now }))
  return { desk: new Desk({ terminal, language, clock, idleMinutes, pageRows }), remembered, lastLogin }
}

/** A login with a menu, to its end. */
export async function byMenu(
  deps: ByMenuDeps,
  newcomer: Newcomer & { readonly signal: AbortSignal },
): Promise<Exit> {
  const { core, sessions, guests, habits, catalogues, log, node, header } = deps
  const { principal, signal } = newcomer
  const { user } = principal
  const { desk, remembered, lastLogin } = await arrive(deps, newcomer)
  await using _remembered = remembered
  const announcement = await habits.announcement()
  const title = core.settings.headerTitle ?? header?.()
  return await visit(
    {
      ...{ desk, principal, remembered, catalogues, log, user, guests, sortBy: habits.sortBy },
      assets: (options) => core.assets(user, options),
      nodes: (until) => core.nodes(user, until),
      nodeAssets: (nodeId, until) => core.nodeAssets(user, nodeId, until),
      welcome: { name: user.name, node, header: title, lastLogin, announcement },
      showSession: (session, types, until) => {
        const guest = { terminal: desk.terminal, principal: { ...principal, language: desk.language }, types }
        return guests.show(session, guest, until)
      },
      openSession: (on, by, target) => sessions.open({ terminal: on, principal: by, target }),
    },
    signal,
  )
}
