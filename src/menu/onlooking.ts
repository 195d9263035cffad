import { shortId } from '../audit/catalogue.ts'
import { durationText } from '../base/duration.ts'
import type { User } from '../core/model.ts'
import { say } from '../i18n/i18n.ts'
import type { SessionGuests } from '../session/guests.ts'
import type { RunningSession } from '../session/registry.ts'
import { table } from '../terminal/table.ts'
import type { Desk } from './desk.ts'
import { MenuError } from './menu-error.ts'

/** Sessions of others as the menu lists them, and the one that a number means. */
export class Onlooking {
  readonly #desk: Desk
  readonly #user: User
  readonly #guests: Pick<SessionGuests, 'visibleTo' | 'mayType'>
  #shown: readonly RunningSession[] = []

  constructor(desk: Desk, user: User, guests: Pick<SessionGuests, 'visibleTo' | 'mayType'>) {
    this.#desk = desk
    this.#user = user
    this.#guests = guests
  }

  /** The sessions this person may look at: all for administrators and auditors, else their own. */
  async list(): Promise<undefined> {
    this.#shown = this.#guests.visibleTo(this.#user)
    if (this.#shown.length === 0) return await this.#desk.say('menu.watch.none')
    const { language, width, style } = this.#desk.look
    const column = (key: 'user' | 'place' | 'since' | 'idle', least: number) => ({
      title: say(language, `menu.watch.${key}`),
      least,
    })
    const columns = [
      { title: '#', align: 'right' as const, least: 1 },
      column('user', 6),
      column('place', 10),
      column('since', 5),
      column('idle', 5),
      { title: 'ID', least: 10 },
    ]
    await this.#desk.print([...table(columns, this.#shown.map(this.#row), { width, style })])
    return await this.#desk.say('menu.watch.how')
  }

  /** Throws MenuError when there is no such row, its session is over, or typing is not theirs to do. */
  chosen(number: number, types: boolean): RunningSession {
    const row = this.#shown[number - 1]
    const session = row && this.#guests.visibleTo(this.#user).find(({ id }) => id === row.id)
    if (!session) {
      throw new MenuError('MENU_NO_SESSION', {
        step: 'choose a session',
        message: `no session ${number} is in the list shown last`,
        next: 'w lists those that run',
        facts: { number },
      })
    }
    if (!types || this.#guests.mayType(this.#user, session)) return session
    throw new MenuError('MENU_MAY_NOT_TYPE', {
      step: 'join a session',
      message: `${this.#user.username} may watch this session, not type into it`,
      next: 'ask its person or an administrator for an invitation',
      facts: { number },
    })
  }

  readonly #row = (session: RunningSession, at: number): readonly string[] => {
    const { principal, target, activity, startedAt, id } = session
    const account = activity.account ?? target.systemUser.username
    return [
      String(at + 1),
      principal.user.username,
      `${account}@${target.asset.hostname}`,
      durationText(this.#desk.clock.now() - startedAt),
      durationText(activity.idleMs),
      shortId(id),
    ]
  }
}
