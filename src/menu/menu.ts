import type { Clock } from '../base/clock.ts'
import { isFault } from '../base/fault.ts'
import { unreachable } from '../base/unreachable.ts'
import type { Asset, Target } from '../core/model.ts'
import { type Language, sayFault, type TextKey } from '../i18n/i18n.ts'
import type { Log } from '../log.ts'
import type { Principal } from '../session/principal.ts'
import type { Style } from '../terminal/ansi.ts'
import { History } from '../terminal/history.ts'
import { readLine } from '../terminal/line-reader.ts'
import { print } from '../terminal/print.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { notConnectable, offeredAccounts } from './accounts.ts'
import { askAccount } from './ask-account.ts'
import { type MenuCommand, parseCommand } from './commands.ts'
import { OwnAssets, type OwnAssetsDeps } from './own-assets.ts'
import { Pager } from './pager.ts'
import * as screens from './screens.ts'

/** What a person decided on in the menu. */
export type Choice = { readonly kind: 'connect'; readonly target: Target } | { readonly kind: 'quit' }

export interface MenuDeps {
  readonly terminal: Terminal
  readonly principal: Principal
  readonly assets: OwnAssetsDeps['assets']
  readonly style: Style
  /** Name of this bastion. */
  readonly node: string
  /** HEADER_TITLE. */
  readonly header?: string | undefined
  readonly clock: Clock
  readonly log: Log
}

/** The interactive menu of one login; lives through its sessions, so that lists, history and language stay. */
export class Menu {
  readonly #deps: MenuDeps
  readonly #history = new History()
  readonly #pager = new Pager()
  readonly #assets: OwnAssets
  #language: Language
  #welcomed = false

  constructor(deps: MenuDeps) {
    this.#deps = deps
    this.#language = deps.principal.language
    const { assets, clock } = deps
    this.#assets = new OwnAssets({ assets, clock, onSlow: () => this.#say('menu.loading') })
  }

  /** The language chosen last. */
  get language(): Language {
    return this.#language
  }

  /** Asks until the person has chosen. Faults are told and asked past; `quit` also when the person is gone. */
  async choose(signal: AbortSignal): Promise<Choice> {
    const ending = AbortSignal.any([signal, this.#deps.terminal.gone])
    this.#pager.leave()
    if (!this.#welcomed) await this.#told(() => this.#welcome(ending), ending)
    for (;;) {
      const line = await this.#read(ending)
      if (line === undefined) return { kind: 'quit' }
      const choice = await this.#told(() => this.#obey(line, ending), ending)
      if (choice) return choice
    }
  }

  /** Tells what went wrong in a sentence and in the log: an error never ends the login. */
  async tell(error: unknown): Promise<void> {
    const { log } = this.#deps
    if (isFault(error)) log.info({ err: error }, 'refused in the menu')
    else log.error({ err: error }, 'the menu failed')
    await this.#print(screens.paragraph(this.#look, sayFault(this.#language, error)))
  }

  get #look(): screens.Look {
    return screens.lookOf(this.#deps.terminal, this.#language, this.#deps.style)
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
    const { terminal, style } = this.#deps
    const prompt = { text: 'Opt> ', styled: style.bold('Opt> ') }
    for (;;) {
      const input = await readLine({ terminal, prompt, history: this.#history.lines }, signal)
      if (input.kind === 'eof' || input.kind === 'gone') return undefined
      if (input.kind === 'interrupt') continue
      this.#history.add(input.text)
      return input.text
    }
  }

  async #welcome(signal: AbortSignal): Promise<void> {
    this.#welcomed = true
    const { principal, node, header } = this.#deps
    let assets: number | undefined
    try {
      assets = (await this.#assets.get(signal)).assets.length
    } finally {
      await this.#print(screens.welcome(this.#look, { name: principal.user.name, node, header, assets }))
    }
  }

  async #obey(line: string, signal: AbortSignal): Promise<Choice | undefined> {
    const command = parseCommand(line, this.#pager.isTurning(this.#look))
    switch (command.kind) {
      case 'quit':
        return { kind: 'quit' }
      case 'number':
      case 'find':
        return await this.#connect(command, signal)
      case 'all':
        return await this.#search('', signal)
      case 'search':
        return await this.#search(command.text, signal)
      case 'refresh':
        return await this.#refresh(signal)
      case 'nothing':
      case 'next':
      case 'previous':
      case 'back':
      case 'help':
      case 'language':
      case 'groups':
        return await this.#show(command)
      default:
        return unreachable(command)
    }
  }

  /** Commands that need nothing from core. */
  async #show(
    command: Exclude<MenuCommand, { kind: 'quit' | 'number' | 'find' | 'all' | 'search' | 'refresh' }>,
  ): Promise<undefined> {
    switch (command.kind) {
      case 'nothing':
        return
      case 'next':
        return await this.#turn(1)
      case 'previous':
        return await this.#turn(-1)
      case 'back':
        this.#pager.leave()
        return
      case 'help':
        return await this.#print(screens.help(this.#look))
      case 'language':
        this.#language = screens.nextLanguage(this.#language)
        return await this.#print(screens.commands(this.#look))
      case 'groups':
        return await this.#say('menu.groups')
      default:
        return unreachable(command)
    }
  }

  async #connect(
    command: Extract<MenuCommand, { kind: 'number' | 'find' }>,
    signal: AbortSignal,
  ): Promise<Choice | undefined> {
    const listed = command.kind === 'number' ? this.#pager.row(command.number) : undefined
    const catalogue = await this.#assets.get(signal)
    const found = listed ? [listed] : catalogue.find(command.text)
    const [asset] = found
    if (!asset || found.length > 1) return await this.#list(found, catalogue.assets.length, command.text)
    const accounts = offeredAccounts(asset)
    const [first] = accounts
    if (!first) throw notConnectable(asset)
    const { terminal, style } = this.#deps
    const language = this.#language
    const systemUser =
      accounts.length === 1 ? first : await askAccount({ terminal, language, style, accounts }, signal)
    return systemUser && { kind: 'connect', target: { asset, systemUser } }
  }

  async #search(text: string, signal: AbortSignal): Promise<undefined> {
    const catalogue = await this.#assets.get(signal)
    const query = text === '' ? undefined : text
    return await this.#list(catalogue.search(text), catalogue.assets.length, query)
  }

  async #refresh(signal: AbortSignal): Promise<undefined> {
    const { assets } = await this.#assets.get(signal, { fresh: true })
    this.#pager.forget()
    return await this.#say('menu.refreshed', { count: screens.countText(this.#language, assets.length) })
  }

  async #list(assets: readonly Asset[], total: number, query: string | undefined): Promise<undefined> {
    if (total === 0) return await this.#say('menu.list.empty')
    if (assets.length === 0) return await this.#say('menu.list.none', { query: query ?? '' })
    const listing = this.#pager.show({ assets, total, query })
    return await this.#print(screens.listScreen(this.#look, listing))
  }

  async #turn(by: 1 | -1): Promise<undefined> {
    const listing = this.#pager.turn(by, this.#look)
    if (!listing) return await this.#say('menu.list.last')
    return await this.#print(screens.listScreen(this.#look, listing))
  }

  async #say(key: TextKey, facts?: Parameters<typeof screens.sentence>[2]): Promise<undefined> {
    await this.#print(screens.sentence(this.#look, key, facts))
  }

  async #print(lines: readonly string[]): Promise<undefined> {
    await print(this.#deps.terminal, lines.map((line) => `${line}\n`).join(''))
  }
}
