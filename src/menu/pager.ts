import { isPaged, pageSize } from './list-screens.ts'
import { type Listing, lengthOf } from './listing.ts'
import type { Look } from './look.ts'

/** The list shown last: its numbers connect until the next list, its pages turn until the person goes on. */
export class Pager {
  #listing: Listing | undefined
  #open = false

  /** The list shown last, at the page shown last. */
  get listing(): Listing | undefined {
    return this.#listing
  }

  /** Takes a list, to be shown from its first page. */
  show(listing: Listing): void {
    this.#open = true
    this.#listing = listing
  }

  /** Whether page commands mean this list. */
  isTurning(look: Look): boolean {
    return this.#open && this.#listing !== undefined && isPaged(look, this.#listing)
  }

  /** Goes to the next page or the one before (at the first: that again); false: there is none. */
  turn(by: 1 | -1, look: Look): boolean {
    if (!this.#listing) return false
    const first = Math.max(0, this.#listing.first + by * pageSize(look, this.#listing))
    if (first >= lengthOf(this.#listing)) return false
    this.#listing = { ...this.#listing, first }
    return true
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
