import { isFault } from '../base/fault.ts'
import { unreachable } from '../base/unreachable.ts'
import type { Asset, Target, User } from '../core/model.ts'
import { sayFault } from '../i18n/i18n.ts'
import type { Log } from '../log.ts'
import { type SessionGuests, seesAll } from '../session/guests.ts'
import type { RunningSession } from '../session/registry.ts'
import { parseCommand } from './commands.ts'
import type { Desk } from './desk.ts'
import { Lists } from './lists.ts'
import { paragraph } from './look.ts'
import { Onlooking } from './onlooking.ts'
import { OwnAssets, type OwnAssetsDeps } from './own-assets.ts'
import type { Remembered } from './people.ts'
import { recentOf, withLine, withRecent } from './person.ts'
import { Picker } from './picker.ts'
import * as screens from './screens.ts'
import { Targets } from './targets.ts'

/** What a person decided on in the menu; `idle`: nothing, for too long. */
export type Choice =
  | { readonly kind: 'connect'; readonly target: Target }
  /** Another's session is to be seen, or typed along in. */
  | { readonly kind: 'watch'; readonly session: RunningSession; readonly types: boolean }
  | { readonly kind: 'quit' }
  | { readonly kind: 'idle'; readonly minutes: number }

export interface MenuDeps extends Omit<OwnAssetsDeps, 'userId' | 'clock' | 'onSlow'> {
  readonly desk: Desk
  readonly user: User
  readonly guests: Pick<SessionGuests, 'visibleTo' | 'mayType'>
  /** What is known of this person from earlier logins. */
  readonly remembered: Pick<Remembered, 'person' | 'change'>
  readonly welcome: Omit<screens.WelcomeFacts, 'assets' | 'now'>
  readonly log: Log
}

/** The first screen waits so long for the list; then it comes without, and the list follows. */
const FIRST_SCREEN_MS = 200
const MOST_COMPLETIONS = 500
const MOST_RECENT_SHOWN = 5

/** The interactive menu of one login; lives through its sessions, so that lists and history stay. */
export class Menu {
  readonly #deps: MenuDeps
  readonly #desk: Desk
  readonly #assets: OwnAssets
  readonly #lists: Lists
  readonly #picker: Picker
  readonly #onlooking: Onlooking
  readonly #targets: Targets
  #welcomed = false

  constructor(deps: MenuDeps) {
    const { desk, remembered } = deps
    this.#deps = deps
    this.#desk = desk
    this.#assets = new OwnAssets({
      ...deps,
      userId: deps.user.id,
      clock: desk.clock,
      onSlow: () => desk.say('menu.loading'),
    })
    this.#lists = new Lists({ desk, assets: this.#assets, remembered })
    this.#picker = new Picker({ desk, remembered })
    this.#onlooking = new Onlooking(desk, deps.user, deps.guests)
    this.#targets = new Targets({ desk, remembered, assets: this.#assets, lists: this.#lists })
  }

  /** Asks until the person has chosen. Faults are told and asked past; `quit` also when the person is gone. */
  async choose(signal: AbortSignal): Promise<Choice> {
    const ending = AbortSignal.any([signal, this.#desk.terminal.gone])
    this.#lists.leave()
    if (!this.#welcomed) await this.#told(() => this.#welcome(ending), ending)
    for (;;) {
      const line = await this.#read(ending)
      if (line === undefined) return this.#left()
      const choice = await this.#told(() => this.#obey(line, ending), ending)
      if (choice?.kind === 'connect') {
        const recent = recentOf(choice.target)
        this.#deps.remembered.change((person) => withRecent(person, recent))
      }
      if (this.#desk.idledOut !== undefined) return this.#left()
      if (choice) return choice
    }
  }

  /** Tells what went wrong in a sentence and in the log: an error never ends the login. */
  async tell(error: unknown): Promise<void> {
    const { log } = this.#deps
    if (isFault(error)) log.info({ err: error }, 'refused in the menu')
    else log.error({ err: error }, 'the menu failed')
    await this.#desk.print(paragraph(this.#desk.look, sayFault(this.#desk.language, error)))
  }

  #left(): Choice {
    const { idledOut: minutes } = this.#desk
    return minutes === undefined ? { kind: 'quit' } : { kind: 'idle', minutes }
  }

  async #told<T>(body: () => Promise<T>, signal: AbortSignal): Promise<T | undefined> {
    try {
      return await body()
    } catch (error) {
      if (!signal.aborted) await this.tell(error)
      return undefined
    }
  }

  /** The next line that was entered; undefined: no more will come. */
  async #read(signal: AbortSignal): Promise<string | undefined> {
    const { remembered } = this.#deps
    const complete = (text: string): readonly string[] =>
      this.#assets.ready?.beginningWith(text, MOST_COMPLETIONS) ?? []
    for (;;) {
      const { history } = remembered.person
      const input = await this.#desk.ask({ prompt: 'Opt> ', history, complete }, signal)
      if (input.kind === 'eof' || input.kind === 'gone') return undefined
      if (input.kind === 'interrupt') continue
      remembered.change((person) => withLine(person, input.text))
      return input.text
    }
  }

  async #welcome(signal: AbortSignal): Promise<void> {
    this.#welcomed = true
    const { welcome, remembered } = this.#deps
    const { list, catalogue } = this.#assets.first(signal)
    let assets: readonly Asset[] | undefined
    try {
      assets = await this.#soon(list)
    } finally {
      const facts = { ...welcome, assets: assets?.length, now: this.#desk.clock.now() }
      await this.#desk.print(screens.welcome(this.#desk.look, facts))
    }
    const ready = remembered.person.recent.length > 0 ? await this.#soon(catalogue) : undefined
    if (ready) await this.#lists.recent(ready, MOST_RECENT_SHOWN)
  }

  /** What is there in a moment; undefined: it takes longer. */
  async #soon<T>(wanted: Promise<T>): Promise<T | undefined> {
    let late: Disposable | undefined
    const patience = new Promise<undefined>((resolve) => {
      late = this.#desk.clock.after(FIRST_SCREEN_MS, () => resolve(undefined))
    })
    try {
      return await Promise.race([wanted, patience])
    } finally {
      late?.[Symbol.dispose]()
      wanted.catch(() => undefined) // told to who asks for the list next
    }
  }

  async #obey(line: string, signal: AbortSignal): Promise<Choice | undefined> {
    const command = parseCommand(line, this.#lists.isTurning)
    switch (command.kind) {
      case 'nothing':
        return
      case 'quit':
        return { kind: 'quit' }
      case 'number':
        if (this.#lists.isTree) return await this.#lists.node(command.number, signal)
        return connecting(await this.#targets.meant(command.text, signal))
      case 'find':
        return connecting(await this.#targets.meant(command.text, signal))
      case 'last':
        return connecting(await this.#targets.last(signal))
      case 'pick':
        return connecting(await this.#picker.pick(await this.#assets.get(signal), signal))
      case 'favourite':
        return await this.#targets.favour(command.text, signal)
      case 'sessions':
        return await this.#onlooking.list()
      case 'watch': {
        const { number, types } = command
        return { kind: 'watch', session: this.#onlooking.chosen(number, types), types }
      }
      case 'help':
        return await this.#desk.print(screens.help(this.#desk.look, { seesAll: seesAll(this.#deps.user) }))
      case 'language':
        return await this.#nextLanguage()
      case 'all':
      case 'search':
      case 'narrow':
      case 'nodes':
      case 'node':
      case 'favourites':
      case 'next':
      case 'previous':
      case 'back':
      case 'refresh':
        return await this.#lists.obey(command, signal)
      default:
        return unreachable(command)
    }
  }

  async #nextLanguage(): Promise<undefined> {
    const language = screens.nextLanguage(this.#desk.language)
    this.#desk.language = language
    this.#deps.remembered.change((person) => ({ ...person, language }))
    return await this.#desk.print(screens.commands(this.#desk.look))
  }
}

const connecting = (target: Target | undefined): Choice | undefined => target && { kind: 'connect', target }
