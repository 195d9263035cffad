import type { Node } from '../core/model.ts'
import type { Rows } from './search.ts'

/** Where the assets of a list come from. */
export type ListingOf =
  | { readonly kind: 'all' }
  | { readonly kind: 'match'; readonly query: string; readonly loose: boolean }
  | { readonly kind: 'node'; readonly name: string }
  | { readonly kind: 'favourites' }
  | { readonly kind: 'recent' }

/** Assets found, as they are shown. */
export interface AssetListing {
  readonly kind: 'assets'
  readonly of: ListingOf
  /** In the catalogue of this version: of another one they would be other assets. */
  readonly rows: Rows
  readonly version: string
  /** All the assets this user has. */
  readonly total: number
  /** Index of the first row shown. */
  readonly first: number
}

/** The tree of nodes. */
export interface NodeListing {
  readonly kind: 'nodes'
  readonly nodes: readonly Node[]
  readonly first: number
}

export type Listing = AssetListing | NodeListing

export const lengthOf = (listing: Listing): number =>
  listing.kind === 'assets' ? listing.rows.length : listing.nodes.length
