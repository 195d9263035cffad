import { blankControls } from '../base/escape.ts'
import type { FaultFacts } from '../base/fault.ts'
import type { Asset, SystemUser } from '../core/model.ts'
import { LANGUAGES, type Language, say, type TextKey } from '../i18n/i18n.ts'
import { type Style, styleFor } from '../terminal/ansi.ts'
import { table, tableWidth } from '../terminal/table.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { cutText, padText, textWidth } from '../terminal/width.ts'
import { wrapText } from '../terminal/wrap.ts'
import { accountName, offeredAccounts } from './accounts.ts'

/** Everything a screen's look depends on. */
export interface Look {
  readonly language: Language
  readonly style: Style
  /** Cells of a line. */
  readonly width: number
  /** Rows of the window; infinite where nothing pages. */
  readonly rows: number
}

/** Without a PTY nobody looks through a window: lines are wide and lists are whole. */
export const lookOf = (terminal: Terminal, language: Language, style = styleFor(terminal.pty)): Look =>
  terminal.pty
    ? { language, style, width: tableWidth(terminal.size.columns), rows: terminal.size.rows }
    : { language, style, width: tableWidth(300), rows: Number.POSITIVE_INFINITY }

const INDENT = '  '

/** A sentence, indented and wrapped. */
export const sentence = (look: Look, key: TextKey, facts?: FaultFacts): readonly string[] =>
  paragraph(look, say(look.language, key, facts))

export const paragraph = (look: Look, text: string): readonly string[] =>
  wrapText(text, look.width - INDENT.length).map((line) => INDENT + line)

/** `1,204 assets`. */
export const countText = (language: Language, count: number): string =>
  say(language, count === 1 ? 'menu.count.one' : 'menu.count.many', { count: count.toLocaleString('en') })

export interface WelcomeFacts {
  /** Display name of the user. */
  readonly name: string
  /** This bastion's name. */
  readonly node: string
  readonly header: string | undefined
  /** Undefined: core did not say. */
  readonly assets: number | undefined
}

/** The first screen: who, where, how much, and the commands. */
export function welcome(look: Look, { name, node, header, assets }: WelcomeFacts): readonly string[] {
  const { language, style } = look
  const left = say(language, 'menu.welcome', { name: cutText(blankControls(name), 60) })
  const count = assets === undefined ? [] : [countText(language, assets)]
  const right = [blankControls(node), ...count].join(' · ')
  const width = Math.min(look.width, 80) - 2 * INDENT.length
  const gap = width - textWidth(left) - textWidth(right)
  const head =
    gap >= 2
      ? [INDENT + style.bold(left) + ' '.repeat(gap) + style.dim(right)]
      : [...paragraph(look, left), ...paragraph(look, right)]
  const title = header ? paragraph(look, blankControls(header)).map(style.bold) : []
  return ['', ...title, ...head, ...commands(look)]
}

type Command = readonly [command: string, what: TextKey]

const COMMANDS: readonly Command[] = [
  ['p', 'menu.help.all'],
  ['/', 'menu.help.search'],
  ['r', 'menu.help.refresh'],
  ['s', 'menu.help.language'],
  ['h', 'menu.help.help'],
  ['q', 'menu.help.quit'],
]

/** The commands, as they stand below the welcome. */
export function commands(look: Look): readonly string[] {
  const { language, width } = look
  const find = [say(language, 'menu.help.find.key'), say(language, 'menu.help.find')].join('   ')
  const cells = COMMANDS.map(([command, what]) => ({
    key: command === '/' ? say(language, 'menu.help.search.key') : command,
    what: command === 's' ? otherLanguage(language) : say(language, what),
  }))
  const fitting = [3, 2].find((columns) => total(widthsOf(cells, columns)) <= Math.min(width, 80)) ?? 1
  return ['', ...paragraph(look, find), ...grid(look, cells, fitting), '']
}

interface CommandCell {
  readonly key: string
  readonly what: string
}

type CellWidth = { readonly key: number; readonly what: number }

/** Widths of the columns when the cells are laid out row by row. */
const widthsOf = (cells: readonly CommandCell[], columns: number): readonly CellWidth[] =>
  Array.from({ length: columns }, (_, column) => {
    const own = cells.filter((_cell, at) => at % columns === column)
    const widest = (part: keyof CommandCell): number => Math.max(...own.map((cell) => textWidth(cell[part])))
    return { key: widest('key'), what: widest('what') }
  })

const BETWEEN = '    '
const total = (widths: readonly CellWidth[]): number =>
  widths.reduce((sum, { key, what }) => sum + key + 2 + what + BETWEEN.length, INDENT.length)

function grid({ style }: Look, cells: readonly CommandCell[], columns: number): readonly string[] {
  const widths = widthsOf(cells, columns)
  const shown = cells.map(({ key, what }, at) => {
    const width = widths[at % columns] ?? { key: 0, what: 0 }
    return `${style.accent(padText(key, width.key))}  ${padText(what, width.what)}`
  })
  const rows = Array.from({ length: Math.ceil(cells.length / columns) }, (_, row) =>
    shown.slice(row * columns, (row + 1) * columns),
  )
  return rows.map((row) => INDENT + row.join(BETWEEN).trimEnd())
}

/** The next language, in its own words. */
const otherLanguage = (language: Language): string => say(nextLanguage(language), 'menu.language.name')

export const nextLanguage = (language: Language): Language =>
  LANGUAGES[(LANGUAGES.indexOf(language) + 1) % LANGUAGES.length] ?? language

/** `h`: the commands and what else is good to know. */
export const help = (look: Look): readonly string[] => [
  ...commands(look),
  ...sentence(look, 'menu.help.numbers'),
  ...sentence(look, 'menu.help.paging'),
  ...sentence(look, 'menu.help.keys'),
  '',
]

/** Assets found, as they are shown. */
export interface Listing {
  readonly assets: readonly Asset[]
  /** All the assets this user has. */
  readonly total: number
  /** What was searched for; undefined: nothing, the list is whole. */
  readonly query: string | undefined
  /** Index of the first row shown. */
  readonly first: number
}

/** Rows of one page: the window without the table's head, the lines below it and the prompt. */
export function pageSize(look: Look, listing: Listing): number {
  const below = listFooter(look, listing, listing.assets.length).length
  return Math.max(1, look.rows - below - 2)
}

export const isPaged = (look: Look, listing: Listing): boolean =>
  listing.assets.length > pageSize(look, listing)

export function listScreen(look: Look, listing: Listing): readonly string[] {
  const { language, style, width } = look
  const all = listing.assets.length
  const paged = isPaged(look, listing)
  const until = paged ? Math.min(all, listing.first + pageSize(look, listing)) : all
  const rows = listing.assets
    .slice(listing.first, until)
    .map((asset, at) => [
      String(listing.first + at + 1),
      asset.hostname,
      asset.ip,
      accountsText(asset),
      asset.comment,
    ])
  const columns = [
    { title: '#', align: 'right', least: Number.POSITIVE_INFINITY },
    { title: say(language, 'menu.column.name'), least: 10 },
    { title: say(language, 'menu.column.address'), least: 10 },
    { title: say(language, 'menu.column.accounts'), least: 8 },
    { title: say(language, 'menu.column.comment'), least: 8 },
  ] as const
  return [
    ...table(columns, rows, { width, style }),
    ...listFooter(look, listing, paged ? until : undefined).map(style.dim),
  ]
}

/** `until`: number of the last row of this page; undefined: there is only one. */
function listFooter(look: Look, listing: Listing, until: number | undefined): readonly string[] {
  const { language } = look
  const { assets, total, query, first } = listing
  const facts = { shown: assets.length.toLocaleString('en'), total: total.toLocaleString('en') }
  const what =
    query === undefined
      ? say(language, 'menu.list.all', { count: countText(language, total) })
      : say(language, 'menu.list.match', { ...facts, query: cutText(blankControls(query), 40) })
  if (until === undefined) return paragraph(look, what)
  const place = { from: first + 1, until, shown: facts.shown }
  return [...paragraph(look, what), ...paragraph(look, say(language, 'menu.list.page', place))]
}

/** Accounts that can be used here, else what the asset speaks instead. */
function accountsText(asset: Asset): string {
  const accounts = offeredAccounts(asset)
  if (accounts.length > 0) return accounts.map(accountName).join(', ')
  const protocols = asset.protocols.map(({ name }) => name).filter((name) => name !== 'ssh')
  return protocols.length > 0 ? `(${protocols.join(', ')})` : '–'
}

export function accountScreen(look: Look, accounts: readonly SystemUser[]): readonly string[] {
  const { language, style, width } = look
  const rows = accounts.map((account, at) => [
    String(at + 1),
    accountName(account),
    say(language, account.loginMode === 'auto' ? 'menu.login.auto' : 'menu.login.manual'),
  ])
  const columns = [
    { title: 'ID', align: 'right', least: Number.POSITIVE_INFINITY },
    { title: say(language, 'menu.column.account'), least: 8 },
    { title: say(language, 'menu.column.login'), least: 6 },
  ] as const
  return [...table(columns, rows, { width, style }), ...sentence(look, 'menu.accounts.ask').map(style.dim)]
}
