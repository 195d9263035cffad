import type { Asset, SystemUser, Target } from '../core/model.ts'
import { say, sayFault } from '../i18n/i18n.ts'
import { canMoveCursor } from '../terminal/ansi.ts'
import { KeyReader } from '../terminal/key-reader.ts'
import type { Key } from '../terminal/keys.ts'
import type { Line } from '../terminal/line.ts'
import { emptyLine, pressKey } from '../terminal/line-editor.ts'
import { notConnectable, offeredAccounts, usableAccounts } from './accounts.ts'
import type { Desk } from './desk.ts'
import { wordsOf } from './fold.ts'
import { FrameScreen } from './frame.ts'
import { accountCells, accountColumns, assetCells, assetColumns } from './list-screens.ts'
import { litText } from './lit.ts'
import { numberText } from './look.ts'
import type { Remembered } from './people.ts'
import { withFavourite } from './person.ts'
import { listHeight, type PickerView, pickerFrame } from './picker-view.ts'
import type { Catalogue, Rows } from './search.ts'

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
  #rows: Rows = new Uint32Array()
  #selected = 0
  /** First row shown. */
  #top = 0
  #accounts: Accounts | undefined
  #account = 0
  /** Shown in place of the footer until the next key. */
  #note: string | undefined
  #searching = new AbortController()
  /** The search that is going on. */
  #search: Promise<void> | undefined

  constructor(deps: PickerDeps, catalogue: Catalogue, { text, asset }: Place) {
    this.#deps = deps
    this.#catalogue = catalogue
    this.#screen = new FrameScreen(deps.desk.terminal)
    this.#line = { ...emptyLine(), text, cursor: text.length }
    this.#look(asset)
  }

  get place(): Place {
    return { text: this.#line.text, asset: this.#asset?.id }
  }

  leave(): void {
    this.#searching.abort()
    this.#screen.leave()
  }

  async run(signal: AbortSignal): Promise<Target | undefined> {
    await this.#search
    using _resize = this.#deps.desk.terminal.onResize(() => this.#draw())
    for (;;) {
      this.#draw()
      const key = await this.#nextKey(signal)
      if (key === undefined) return undefined
      await this.#search
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
    if (this.#line.text !== before) this.#look()
    return undefined
  }

  #press(name: string): Target | 'left' | undefined {
    const move = MOVES.get(name)
    if (move) return this.#move(move(listHeight(this.#deps.desk.terminal.size)))
    if (BACK.has(name)) return this.#back()
    if (name === 'ctrl-t') return this.#toggle()
    const chosen = this.#accounts
    if (chosen && name === 'tab') return undefined
    if (chosen) {
      const systemUser = chosen.accounts[this.#account]
      return systemUser && { asset: chosen.asset, systemUser }
    }
    const asset = this.#asset
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
    else this.#selected = held(this.#selected + by, this.#rows.length)
  }

  #toggle(): undefined {
    const id = this.#asset?.id
    if (id !== undefined) this.#deps.remembered.change((person) => withFavourite(person, id))
  }

  #tell(note: string): undefined {
    this.#note = note.trim()
    this.#draw()
  }

  get #asset(): Asset | undefined {
    const row = this.#rows[this.#selected]
    return row === undefined ? undefined : this.#catalogue.assets[row]
  }

  /** Searches for what stands in the line; `asset` is chosen then, if it is there. */
  #look(asset?: string): void {
    this.#searching.abort()
    this.#searching = new AbortController()
    const { signal } = this.#searching
    const search = this.#found(signal).then((rows) => {
      if (signal.aborted) return
      this.#search = undefined
      this.#rows = rows
      this.#top = 0
      const [row] = asset === undefined ? [] : this.#catalogue.rowsOf([asset])
      this.#selected = row === undefined ? 0 : Math.max(0, rows.indexOf(row))
      this.#draw()
    })
    this.#search = search
  }

  async #found(signal: AbortSignal): Promise<Rows> {
    const { favourites, recent } = this.#deps.remembered.person
    const first = [...recent.map(({ asset }) => asset), ...favourites]
    const { text } = this.#line
    if (wordsOf(text).length > 0) {
      const options = { preferred: new Set(first), withLoose: true, signal }
      return (await this.#catalogue.search(text, options)).rows
    }
    const rows = new Set(this.#catalogue.rowsOf(first))
    return Uint32Array.from([...rows, ...this.#catalogue.all.filter((row) => !rows.has(row))])
  }

  #draw(): void {
    this.#screen.draw(pickerFrame(this.#accounts ? this.#accountView(this.#accounts) : this.#assetView()))
  }

  #assetView(): PickerView {
    const { desk, remembered } = this.#deps
    const { language, style } = desk
    const { size } = desk.terminal
    const height = listHeight(size)
    this.#top = Math.min(Math.max(this.#top, this.#selected - height + 1), this.#selected)
    const favourites = new Set(remembered.person.favourites)
    const shown = Array.from(this.#rows.subarray(this.#top, this.#top + height))
    const rows = shown.flatMap((row) => {
      const asset = this.#catalogue.assets[row]
      return asset ? [[favourites.has(asset.id) ? '*' : '', assetCells(asset)] as const] : []
    })
    const words = wordsOf(this.#line.text)
    const count = { shown: numberText(this.#rows.length), total: numberText(this.#catalogue.assets.length) }
    return {
      ...{ size, style, label: say(language, 'menu.pick.label'), line: this.#line },
      ...{ columns: assetColumns(language), rows, selected: this.#selected - this.#top },
      footer: this.#note ?? say(language, 'menu.pick.keys', count),
      paint: (cell, column) =>
        column === 2 ? cell : litText(cell, { words, loose: column === 0, light: style.lit }),
    }
  }

  #accountView({ asset, accounts }: Accounts): PickerView {
    const { desk } = this.#deps
    const { language, style } = desk
    const { size } = desk.terminal
    const height = listHeight(size)
    const top = Math.max(0, this.#account - height + 1)
    const rows = accounts
      .slice(top, top + height)
      .map((account) => ['', accountCells(language, account)] as const)
    return {
      ...{ size, style, label: say(language, 'menu.pick.accounts', { asset: asset.hostname }) },
      ...{ line: { text: '', cursor: 0 }, columns: accountColumns(language), rows },
      ...{ selected: this.#account - top, footer: this.#note ?? say(language, 'menu.pick.account-keys') },
    }
  }
}

const held = (index: number, count: number): number => Math.max(0, Math.min(count - 1, index))
