import type { Asset } from '../core/model.ts'
import { isPaged, type Listing, type Look, pageSize } from './screens.ts'

/** The list shown last: its numbers connect until the next list, its pages turn until the person goes on. */
export class Pager {
  #listing: Listing | undefined
  #open = false

  /** Takes a list and gives its first page. */
  show(listing: Omit<Listing, 'first'>): Listing {
    this.#open = true
    this.#listing = { ...listing, first: 0 }
    return this.#listing
  }

  /** Whether page commands mean this list. */
  isTurning(look: Look): boolean {
    return this.#open && this.#listing !== undefined && isPaged(look, this.#listing)
  }

  /** The next page or the one before (at the first: that again); undefined: there is none. */
  turn(by: 1 | -1, look: Look): Listing | undefined {
    if (!this.#listing) return undefined
    const first = Math.max(0, this.#listing.first + by * pageSize(look, this.#listing))
    if (first >= this.#listing.assets.length) return undefined
    this.#listing = { ...this.#listing, first }
    return this.#listing
  }

  /** The row with this number, counted from 1 over all pages. */
  row(number: number): Asset | undefined {
    return this.#listing?.assets[number - 1]
  }

  /** The pages are left; the numbers stay. */
  leave(): void {
    this.#open = false
  }

  /** The list is out of date: its numbers mean nothing any more. */
  forget(): void {
    this.#listing = undefined
  }
}
