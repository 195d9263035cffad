import { unreachable } from '../base/unreachable.ts'
import type { Asset, Node } from '../core/model.ts'
import type { ListCommand } from './commands.ts'
import type { Desk } from './desk.ts'
import { listScreen, nodeScreen, pageEnd } from './list-screens.ts'
import type { ListingOf } from './listing.ts'
import { countText } from './look.ts'
import { MenuError } from './menu-error.ts'
import type { OwnAssets } from './own-assets.ts'
import { Pager } from './pager.ts'
import type { Remembered } from './people.ts'
import type { Catalogue, Found, Rows, SearchOptions } from './search.ts'

export interface ListsDeps {
  readonly desk: Desk
  readonly assets: OwnAssets
  readonly remembered: Pick<Remembered, 'person'>
}

/** Shows lists of assets and nodes, and knows which asset a number of the one shown last means. */
export class Lists {
  readonly #deps: ListsDeps
  readonly #pager = new Pager()
  /** The tree as it was shown, so that its numbers mean what the person saw. */
  #nodes: readonly Node[] | undefined

  constructor(deps: ListsDeps) {
    this.#deps = deps
  }

  /** Whether page commands mean the list shown last. */
  get isTurning(): boolean {
    return this.#pager.isTurning(this.#deps.desk.look)
  }

  /** Whether numbers mean nodes. */
  get isTree(): boolean {
    return this.#pager.listing?.kind === 'nodes'
  }

  leave(): void {
    this.#pager.leave()
  }

  /** The asset in a row of the list shown last; undefined: no such row. Throws when that list is out of date. */
  row(number: number, catalogue: Catalogue): Asset | undefined {
    const { listing } = this.#pager
    if (listing?.kind !== 'assets') return undefined
    const row = listing.rows[number - 1]
    if (row !== undefined && listing.version !== catalogue.version) throw outOfDate()
    return row === undefined ? undefined : catalogue.assets[row]
  }

  async obey(command: ListCommand, signal: AbortSignal): Promise<undefined> {
    switch (command.kind) {
      case 'all':
        return await this.#all(signal)
      case 'search':
        return await this.#search(command.text, signal)
      case 'narrow':
        return await this.#narrow(command.text, signal)
      case 'nodes':
        return await this.#showNodes(signal)
      case 'node':
        return await this.node(command.number, signal)
      case 'favourites':
        return await this.#favourites(signal)
      case 'next':
        return await this.#turn(1, signal)
      case 'previous':
        return await this.#turn(-1, signal)
      case 'back':
        this.leave()
        return
      case 'refresh':
        return await this.#refresh(signal)
      default:
        return unreachable(command)
    }
  }

  async #all(signal: AbortSignal): Promise<undefined> {
    const catalogue = await this.#deps.assets.get(signal)
    return await this.#show(catalogue, { kind: 'all' }, catalogue.all)
  }

  async #search(query: string, signal: AbortSignal): Promise<undefined> {
    const catalogue = await this.#deps.assets.get(signal)
    if (query === '') return await this.#all(signal)
    const { rows, loose } = await catalogue.search(query, this.preferring(signal))
    return await this.#show(catalogue, { kind: 'match', query, loose }, rows)
  }

  /** `//word`: within the list shown last; without one in all. */
  async #narrow(query: string, signal: AbortSignal): Promise<undefined> {
    const { listing } = this.#pager
    const catalogue = await this.#deps.assets.get(signal)
    if (listing?.kind !== 'assets') return await this.#search(query, signal)
    if (listing.version !== catalogue.version) throw outOfDate()
    const within = { ...this.preferring(signal), within: listing.rows }
    const { rows, loose } = await catalogue.search(query, within)
    const before = listing.of.kind === 'match' ? `${listing.of.query} ` : ''
    return await this.#show(catalogue, { kind: 'match', query: before + query, loose }, rows)
  }

  async #favourites(signal: AbortSignal): Promise<undefined> {
    const catalogue = await this.#deps.assets.get(signal)
    const rows = catalogue.rowsOf(this.#deps.remembered.person.favourites)
    if (rows.length === 0) return await this.#deps.desk.say('menu.favourites.none')
    return await this.#show(catalogue, { kind: 'favourites' }, rows.sort())
  }

  /** The last few assets, the newest first: the first list after a login. */
  async recent(catalogue: Catalogue, most: number): Promise<undefined> {
    const ids = this.#deps.remembered.person.recent.map(({ asset }) => asset)
    const rows = catalogue.rowsOf(ids).subarray(0, most)
    if (rows.length > 0) await this.#show(catalogue, { kind: 'recent' }, rows)
  }

  async #showNodes(signal: AbortSignal): Promise<undefined> {
    const { assets, desk } = this.#deps
    this.#nodes = await assets.nodes(signal)
    if (this.#nodes.length === 0) return await desk.say('menu.nodes.none')
    this.#pager.show({ kind: 'nodes', nodes: this.#nodes, first: 0 })
    return await this.#page(signal)
  }

  /** `g3`: the assets of the third node. */
  async node(number: number, signal: AbortSignal): Promise<undefined> {
    const { assets, desk } = this.#deps
    this.#nodes ??= await assets.nodes(signal)
    const node = this.#nodes[number - 1]
    if (!node) return await desk.say('menu.nodes.unknown', { number })
    const catalogue = await assets.get(signal)
    const within = await assets.nodeAssets(node.id, signal)
    const rows = catalogue.rowsOf(within.map(({ id }) => id)).sort()
    if (rows.length === 0) return await desk.say('menu.nodes.empty', { node: node.name })
    return await this.#show(catalogue, { kind: 'node', name: node.name }, rows)
  }

  async #turn(by: 1 | -1, signal: AbortSignal): Promise<undefined> {
    const { desk } = this.#deps
    if (!this.#pager.turn(by, desk.look)) return await desk.say('menu.list.last')
    return await this.#page(signal)
  }

  /** Shows the first page of these rows; numbers mean them from now on. */
  async #show(catalogue: Catalogue, of: ListingOf, rows: Rows): Promise<undefined> {
    const { desk } = this.#deps
    const total = catalogue.assets.length
    if (total === 0) return await desk.say('menu.list.empty')
    if (rows.length === 0 && of.kind === 'match') return await desk.say('menu.list.none', { query: of.query })
    this.#pager.show({ kind: 'assets', of, rows, version: catalogue.version, total, first: 0 })
    return await this.#shown(catalogue)
  }

  /** Favourites come first among equals; not what was used last, so that a list looks the same the next time. */
  preferring(signal: AbortSignal): SearchOptions {
    return { preferred: new Set(this.#deps.remembered.person.favourites), signal }
  }

  /** What was found, as a list. */
  found(catalogue: Catalogue, query: string, { rows, loose }: Found): Promise<undefined> {
    return this.#show(catalogue, { kind: 'match', query, loose }, rows)
  }

  async #page(signal: AbortSignal): Promise<undefined> {
    const { desk, assets } = this.#deps
    const { listing } = this.#pager
    if (listing?.kind === 'nodes') return await desk.print(nodeScreen(desk.look, listing))
    return await this.#shown(await assets.get(signal))
  }

  async #shown(catalogue: Catalogue): Promise<undefined> {
    const { desk, remembered } = this.#deps
    const { listing } = this.#pager
    if (listing?.kind !== 'assets') return
    if (listing.version !== catalogue.version) throw outOfDate()
    const { look } = desk
    const assets = catalogue.at(listing.rows.subarray(listing.first, pageEnd(look, listing)))
    const favourites = new Set(remembered.person.favourites)
    return await desk.print(listScreen(look, { listing, assets, favourites }))
  }

  /** Says how many assets there are now. */
  async #refresh(signal: AbortSignal): Promise<undefined> {
    const { desk, assets } = this.#deps
    const catalogue = await assets.get(signal, { fresh: true })
    this.#pager.forget()
    this.#nodes = undefined
    return await desk.say('menu.refreshed', { count: countText(desk.language, catalogue.assets.length) })
  }
}

const outOfDate = (): MenuError =>
  new MenuError('MENU_LIST_OLD', {
    step: 'find the row',
    message: 'the assets changed since the list was shown',
    next: 'list them again',
  })
