import type { Asset, SystemUser } from '../core/model.ts'
import { say } from '../i18n/i18n.ts'
import type { Line } from '../terminal/line.ts'
import type { Desk } from './desk.ts'
import { wordsOf } from './fold.ts'
import { accountCells, accountColumns, assetCells, assetColumns } from './list-screens.ts'
import { litText } from './lit.ts'
import { numberText } from './look.ts'
import { listHeight, type PickerView } from './picker-view.ts'
import type { Catalogue, Rows } from './search.ts'

export interface AssetsShown {
  readonly catalogue: Catalogue
  readonly rows: Rows
  /** First row shown, and the one that is chosen. */
  readonly top: number
  readonly selected: number
  readonly line: Line
  /** Ids of assets. */
  readonly favourites: readonly string[]
  /** In place of the footer. */
  readonly note: string | undefined
}

/** The full-screen list of assets as it is to be drawn. */
export function assetView({ language, style, terminal: { size } }: Desk, shown: AssetsShown): PickerView {
  const { catalogue, line, top, note } = shown
  const favourites = new Set(shown.favourites)
  const rows = Array.from(shown.rows.subarray(top, top + listHeight(size))).flatMap((row) => {
    const asset = catalogue.assets[row]
    return asset ? [[favourites.has(asset.id) ? '*' : '', assetCells(asset)] as const] : []
  })
  const words = wordsOf(line.text)
  const count = { shown: numberText(shown.rows.length), total: numberText(catalogue.assets.length) }
  return {
    ...{ size, style, label: say(language, 'menu.pick.label'), line },
    ...{ columns: assetColumns(language), rows, selected: shown.selected - top },
    footer: note ?? say(language, 'menu.pick.keys', count),
    paint: (cell, column) =>
      column === 2 ? cell : litText(cell, { words, loose: column === 0, light: style.lit }),
  }
}

export interface AccountsShown {
  readonly asset: Asset
  readonly accounts: readonly SystemUser[]
  readonly selected: number
  readonly note: string | undefined
}

/** The accounts of one asset as they are to be drawn. */
export function accountView({ language, style, terminal: { size } }: Desk, shown: AccountsShown): PickerView {
  const { asset, accounts, selected, note } = shown
  const height = listHeight(size)
  const top = Math.max(0, selected - height + 1)
  const rows = accounts
    .slice(top, top + height)
    .map((account) => ['', accountCells(language, account)] as const)
  return {
    ...{ size, style, label: say(language, 'menu.pick.accounts', { asset: asset.hostname }) },
    ...{ line: { text: '', cursor: 0 }, columns: accountColumns(language), rows },
    ...{ selected: selected - top, footer: note ?? say(language, 'menu.pick.account-keys') },
  }
}
