import { blankControls } from '../base/escape.ts'
import { unreachable } from '../base/unreachable.ts'
import type { Asset, Node, SystemUser } from '../core/model.ts'
import { type Language, say } from '../i18n/i18n.ts'
import { table } from '../terminal/table.ts'
import { cutText } from '../terminal/width.ts'
import { accountName, offeredAccounts } from './accounts.ts'
import { wordsOf } from './fold.ts'
import { type AssetListing, type Listing, type ListingOf, lengthOf, type NodeListing } from './listing.ts'
import { litText } from './lit.ts'
import { countText, type Look, numberText, paragraph, sentence } from './look.ts'
import { treeNames } from './node-tree.ts'

/** Rows of one page: the window without the table's head, the lines below it and the prompt. */
export function pageSize(look: Look, listing: Listing): number {
  if (look.pageRows === 'all') return Number.POSITIVE_INFINITY
  if (typeof look.pageRows === 'number') return look.pageRows
  const below = footer(look, listing, lengthOf(listing)).length
  return Math.max(1, look.rows - below - 2)
}

export const isPaged = (look: Look, listing: Listing): boolean => lengthOf(listing) > pageSize(look, listing)

/** Index behind the last row of the page that is shown. */
export const pageEnd = (look: Look, listing: Listing): number =>
  Math.min(lengthOf(listing), listing.first + pageSize(look, listing))

export interface AssetPage {
  readonly listing: AssetListing
  /** The assets from `listing.first` to the end of the page. */
  readonly assets: readonly Asset[]
  /** Ids of the person's favourites. */
  readonly favourites: ReadonlySet<string>
}

export function listScreen(look: Look, { listing, assets, favourites }: AssetPage): readonly string[] {
  const { style, width } = look
  const rows = assets.map((asset, at) => [
    `${favourites.has(asset.id) ? '*' : ''}${listing.first + at + 1}`,
    ...assetCells(asset),
  ])
  const paint = painter(look, listing.of)
  return [
    ...table([NUMBER, ...assetColumns(look.language)], rows, { width, style, ...(paint && { paint }) }),
    ...footer(look, listing, isPaged(look, listing) ? pageEnd(look, listing) : undefined).map(style.dim),
  ]
}

const NUMBER = { title: '#', align: 'right', least: Number.POSITIVE_INFINITY } as const
/** Name, address and comment may have what was looked for. */
const SEARCHED = [1, 2, 4]

/** The columns of an asset, the most important first. */
export const assetColumns = (language: Language) =>
  [
    { title: say(language, 'menu.column.name'), least: 10 },
    { title: say(language, 'menu.column.address'), least: 10 },
    { title: say(language, 'menu.column.accounts'), least: 8 },
    { title: say(language, 'menu.column.comment'), least: 8 },
  ] as const

export const assetCells = (asset: Asset): readonly string[] => [
  asset.hostname,
  asset.ip,
  accountsText(asset),
  asset.comment,
]

function painter({ style }: Look, of: ListingOf): ((cell: string, column: number) => string) | undefined {
  if (of.kind !== 'match') return undefined
  const words = wordsOf(of.query)
  return (cell, column) =>
    SEARCHED.includes(column)
      ? litText(cell, { words, loose: of.loose && column === 1, light: style.lit })
      : cell
}

/** `until`: number of the last row of this page; undefined: there is only one. */
function footer(look: Look, listing: Listing, until: number | undefined): readonly string[] {
  const what = listing.kind === 'assets' ? assetsText(look, listing) : nodesText(look, listing)
  if (until === undefined) return paragraph(look, what)
  const place = { from: listing.first + 1, until, shown: numberText(lengthOf(listing)) }
  return [...paragraph(look, what), ...paragraph(look, say(look.language, 'menu.list.page', place))]
}

function assetsText({ language }: Look, { of, rows, total }: AssetListing): string {
  const facts = { shown: numberText(rows.length), total: numberText(total) }
  switch (of.kind) {
    case 'all':
      return say(language, 'menu.list.all', { count: countText(language, total) })
    case 'match': {
      const query = cutText(blankControls(of.query), 40)
      return say(language, of.loose ? 'menu.list.close' : 'menu.list.match', { ...facts, query })
    }
    case 'node': {
      const node = cutText(blankControls(of.name), 40)
      return say(language, 'menu.list.node', { count: countText(language, rows.length), node })
    }
    case 'favourites':
      return say(language, 'menu.list.favourites', { count: countText(language, rows.length) })
    case 'recent':
      return say(language, 'menu.list.recent')
    default:
      return unreachable(of)
  }
}

const nodesText = ({ language }: Look, { nodes }: NodeListing): string =>
  say(language, 'menu.list.nodes', { count: numberText(nodes.length) })

/** The page of the tree of nodes from `listing.first`. */
export function nodeScreen(look: Look, listing: NodeListing): readonly string[] {
  const { language, style, width } = look
  const names = treeNames(listing.nodes)
  const until = pageEnd(look, listing)
  const rows = listing.nodes
    .slice(listing.first, until)
    .map((node: Node, at) => [
      `g${listing.first + at + 1}`,
      names[listing.first + at] ?? '',
      numberText(node.assetsAmount),
    ])
  const columns = [
    NUMBER,
    { title: say(language, 'menu.column.node'), least: 10, indented: true },
    { title: say(language, 'menu.column.amount'), align: 'right', least: 2 },
  ] as const
  return [
    ...table(columns, rows, { width, style }),
    ...footer(look, listing, isPaged(look, listing) ? until : undefined).map(style.dim),
  ]
}

/** Accounts that can be used here, else what the asset speaks instead. */
function accountsText(asset: Asset): string {
  const accounts = offeredAccounts(asset)
  if (accounts.length > 0) return accounts.map(accountName).join(', ')
  const protocols = asset.protocols.map(({ name }) => name).filter((name) => name !== 'ssh')
  return protocols.length > 0 ? `(${protocols.join(', ')})` : '–'
}

export const accountCells = (language: Language, account: SystemUser): readonly string[] => [
  accountName(account),
  say(language, account.loginMode === 'auto' ? 'menu.login.auto' : 'menu.login.manual'),
]

export const accountColumns = (language: Language) =>
  [
    { title: say(language, 'menu.column.account'), least: 8 },
    { title: say(language, 'menu.column.login'), least: 6 },
  ] as const

export function accountScreen(look: Look, accounts: readonly SystemUser[]): readonly string[] {
  const { language, style, width } = look
  const rows = accounts.map((account, at) => [String(at + 1), ...accountCells(language, account)])
  const columns = [{ ...NUMBER, title: 'ID' }, ...accountColumns(language)]
  return [...table(columns, rows, { width, style }), ...sentence(look, 'menu.accounts.ask').map(style.dim)]
}
