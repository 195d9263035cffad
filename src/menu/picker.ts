import type { Asset, SystemUser, Target } from '../core/model.ts'
import { sayFault } from '../i18n/i18n.ts'
import { canMoveCursor } from '../terminal/ansi.ts'
import { KeyReader } from '../terminal/key-reader.ts'
import type { Key } from '../terminal/keys.ts'
import type { Line } from '../terminal/line.ts'
import { emptyLine, pressKey } from '../terminal/line-editor.ts'
import { notConnectable, offeredAccounts, usableAccounts } from './accounts.ts'
import type { Desk } from './desk.ts'
import { FrameScreen } from './frame.ts'
import type { Remembered } from './people.ts'
import { withFavourite } from './person.ts'
import { held, PickList } from './pick-list.ts'
import { accountView, assetView } from './picker-content.ts'
import { listHeight, pickerFrame } from './picker-view.ts'
import type { Catalogue } from './search.ts'

export interface PickerDeps {
  readonly desk: Desk
  readonly remembered: Pick<Remembered, 'person' | 'change'>
}

/** Where the picker was left. */
interface Place {
  readonly text: string
  /** Id of the asset that was chosen. */
  readonly asset: string | undefined
}

/** The full-screen list of assets; it opens where it was left. */
export class Picker {
  readonly #deps: PickerDeps
  #place: Place = { text: '', asset: undefined }

  constructor(deps: PickerDeps) {
    this.#deps = deps
  }

  /** What the person chose; undefined: nothing, or they are gone. */
  async pick(catalogue: Catalogue, signal: AbortSignal): Promise<Target | undefined> {
    const { desk } = this.#deps
    if (!canMoveCursor(desk.terminal.pty)) return await desk.say('menu.pick.plain')
    const picking = new Picking(this.#deps, catalogue, this.#place)
    try {
      return await picking.run(signal)
    } finally {
      picking.leave()
      this.#place = picking.place
    }
  }
}

/** Keys that are for the list and not for the line above it. */
const MOVES: ReadonlyMap<string, (page: number) => number> = new Map([
  ['up', () => -1],
  ['ctrl-p', () => -1],
  ['down', () => 1],
  ['ctrl-n', () => 1],
  ['page-up', (page: number) => -page],
  ['page-down', (page: number) => page],
])
const BACK = new Set(['escape', 'ctrl-g', 'ctrl-c'])
const OTHERS = new Set(['enter', 'tab', 'ctrl-t', ...BACK])

/** Choosing among the accounts of an asset. */
interface Accounts {
  readonly asset: Asset
  readonly accounts: readonly SystemUser[]
}

/** One look at the list, from opening to leaving. */
class Picking {
  readonly #deps: PickerDeps
  readonly #catalogue: Catalogue
  readonly #screen: FrameScreen
  #line: Line
  readonly #list: PickList
  #accounts: Accounts | undefined
  #account = 0
  /** Shown in place of the footer until the next key. */
  #note: string | undefined

  constructor(deps: PickerDeps, catalogue: Catalogue, { text, asset }: Place) {
    this.#deps = deps
    this.#catalogue = catalogue
    this.#screen = new FrameScreen(deps.desk.terminal)
    this.#line = { ...emptyLine(), text, cursor: text.length }
    this.#list = new PickList({
      catalogue,
      person: () => deps.remembered.person,
      onFound: () => this.#draw(),
    })
    this.#list.look(text, asset)
  }

  get place(): Place {
    return { text: this.#line.text, asset: this.#list.asset?.id }
  }

  leave(): void {
    this.#list.stop()
    this.#screen.leave()
  }

  async run(signal: AbortSignal): Promise<Target | undefined> {
    await this.#list.settled
    using _resize = this.#deps.desk.terminal.onResize(() => this.#draw())
    for (;;) {
      this.#draw()
      const key = await this.#nextKey(signal)
      if (key === undefined) return undefined
      await this.#list.settled
      const done = this.#press(key)
      if (done) return done === 'left' ? undefined : done
    }
  }

  /** The next key that is for the list; what is typed into the line is dealt with meanwhile. */
  #nextKey(signal: AbortSignal): Promise<string | undefined> {
    const { desk } = this.#deps
    const stop = new AbortController()
    return new Promise((resolve) => {
      const idle = desk.idleClock({
        onWarning: ([text = '']) => this.#tell(text),
        onIdle: () => stop.abort(),
      })
      const done = (name: string | undefined): true => {
        idle[Symbol.dispose]()
        resolve(name)
        return true
      }
      const reader = new KeyReader({
        terminal: desk.terminal,
        clock: desk.clock,
        signal: AbortSignal.any([signal, stop.signal]),
        listener: {
          onKey: (key) => {
            idle.touch()
            this.#note = undefined
            const name = this.#typed(key)
            return name !== undefined && done(name)
          },
          onPause: () => this.#draw(),
          onDrain: () => this.#screen.isStale && this.#draw(),
          onEnd: () => done(undefined),
        },
      })
      reader.start()
    })
  }

  /** Edits the line; gives the name of a key that is not for it. */
  #typed(key: Key): string | undefined {
    if (key.kind === 'press' && (MOVES.has(key.name) || OTHERS.has(key.name))) return key.name
    if (this.#accounts) return undefined
    const step = pressKey({ ...this.#line, search: undefined }, key)
    if (step.kind === 'eof') return 'escape'
    if (step.kind !== 'editing' || step.line.search) return undefined
    const before = this.#line.text
    this.#line = step.line
    if (this.#line.text !== before) this.#list.look(this.#line.text)
    return undefined
  }

  #press(name: string): Target | 'left' | undefined {
    const move = MOVES.get(name)
    if (move) return this.#move(move(this.#height))
    if (BACK.has(name)) return this.#back()
    if (name === 'ctrl-t') return this.#toggle()
    const chosen = this.#accounts
    if (chosen && name === 'tab') return undefined
    if (chosen) {
      const systemUser = chosen.accounts[this.#account]
      return systemUser && { asset: chosen.asset, systemUser }
    }
    const { asset } = this.#list
    return asset && this.#open(asset, name === 'tab' ? usableAccounts(asset) : offeredAccounts(asset), name)
  }

  #open(asset: Asset, accounts: readonly SystemUser[], name: string): Target | undefined {
    const [systemUser] = accounts
    if (!systemUser) this.#tell(sayFault(this.#deps.desk.language, notConnectable(asset)))
    else if (accounts.length === 1 && name === 'enter') return { asset, systemUser }
    else this.#accounts = { asset, accounts }
    this.#account = 0
    return undefined
  }

  #back(): 'left' | undefined {
    if (!this.#accounts) return 'left'
    this.#accounts = undefined
    return undefined
  }

  #move(by: number): undefined {
    if (this.#accounts) this.#account = held(this.#account + by, this.#accounts.accounts.length)
    else this.#list.move(by)
  }

  #toggle(): undefined {
    const id = this.#list.asset?.id
    if (id !== undefined) this.#deps.remembered.change((person) => withFavourite(person, id))
  }

  #tell(note: string): undefined {
    this.#note = note.trim()
    this.#draw()
  }

  #draw(): void {
    const { desk, remembered } = this.#deps
    const { rows, selected } = this.#list
    const note = this.#note
    const view = this.#accounts
      ? accountView(desk, { ...this.#accounts, selected: this.#account, note })
      : assetView(desk, {
          ...{ catalogue: this.#catalogue, rows, top: this.#list.topOf(this.#height), selected },
          ...{ line: this.#line, favourites: remembered.person.favourites, note },
        })
    this.#screen.draw(pickerFrame(view))
  }

  get #height(): number {
    return listHeight(this.#deps.desk.terminal.size)
  }
}
