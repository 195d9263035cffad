import type { Asset } from '../core/model.ts'
import { wordsOf } from './fold.ts'
import type { Person } from './person.ts'
import type { Catalogue, Rows } from './search.ts'

export interface PickListDeps {
  readonly catalogue: Catalogue
  readonly person: () => Person
  /** Called when a search has ended. */
  readonly onFound: () => void
}

/** The rows of the full-screen list, which of them is chosen, and the search that is going on. */
export class PickList {
  readonly #deps: PickListDeps
  #rows: Rows = new Uint32Array()
  #selected = 0
  #top = 0
  #searching = new AbortController()
  #search: Promise<void> | undefined

  constructor(deps: PickListDeps) {
    this.#deps = deps
  }

  get rows(): Rows {
    return this.#rows
  }

  get selected(): number {
    return this.#selected
  }

  /** The asset that is chosen. */
  get asset(): Asset | undefined {
    const row = this.#rows[this.#selected]
    return row === undefined ? undefined : this.#deps.catalogue.assets[row]
  }

  /** Resolves when what was typed last is found. */
  get settled(): Promise<void> {
    return this.#search ?? Promise.resolve()
  }

  stop(): void {
    this.#searching.abort()
  }

  move(by: number): void {
    this.#selected = held(this.#selected + by, this.#rows.length)
  }

  /** First row to show, so that the chosen one is among so many. */
  topOf(height: number): number {
    this.#top = Math.min(Math.max(this.#top, this.#selected - height + 1), this.#selected)
    return this.#top
  }

  /** Searches; `asset` is chosen then, if it is there. */
  look(text: string, asset?: string): void {
    this.#searching.abort()
    this.#searching = new AbortController()
    const { signal } = this.#searching
    this.#search = this.#found(text, signal).then((rows) => {
      if (signal.aborted) return
      this.#search = undefined
      this.#rows = rows
      this.#top = 0
      const [row] = asset === undefined ? [] : this.#deps.catalogue.rowsOf([asset])
      this.#selected = row === undefined ? 0 : Math.max(0, rows.indexOf(row))
      this.#deps.onFound()
    })
  }

  /** What was used last and favourites come first. */
  async #found(text: string, signal: AbortSignal): Promise<Rows> {
    const { catalogue } = this.#deps
    const { favourites, recent } = this.#deps.person()
    const first = [...recent.map(({ asset }) => asset), ...favourites]
    if (wordsOf(text).length > 0) {
      const options = { preferred: new Set(first), withLoose: true, signal }
      return (await catalogue.search(text, options)).rows
    }
    const rows = new Set(catalogue.rowsOf(first))
    return Uint32Array.from([...rows, ...catalogue.all.filter((row) => !rows.has(row))])
  }
}

/** An index that is one of so many. */
export const held = (index: number, count: number): number => Math.max(0, Math.min(count - 1, index))
