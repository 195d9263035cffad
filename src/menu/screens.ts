import { blankControls } from '../base/escape.ts'
import { LANGUAGES, type Language, say, type TextKey } from '../i18n/i18n.ts'
import { cutText, padText, textWidth } from '../terminal/width.ts'
import { countText, INDENT, type Look, paragraph, sentence } from './look.ts'
import type { LastLogin } from './person.ts'

export interface WelcomeFacts {
  /** Display name of the user. */
  readonly name: string
  /** This bastion's name. */
  readonly node: string
  readonly header: string | undefined
  /** Undefined: core did not say, or not yet. */
  readonly assets: number | undefined
  readonly lastLogin: LastLogin | undefined
  /** ms since the epoch. */
  readonly now: number
  /** What the administrator wants everybody to read; lines. */
  readonly announcement: readonly string[]
}

/** The first screen: who, where, how much, what is new, and the commands. */
export function welcome(look: Look, facts: WelcomeFacts): readonly string[] {
  const { style } = look
  const { header, lastLogin, announcement } = facts
  const last = lastLogin ? paragraph(look, lastLoginText(look.language, lastLogin, facts.now)) : []
  const title = header ? paragraph(look, blankControls(header)).map(style.bold) : []
  const news = announcement.flatMap((line) => paragraph(look, blankControls(line)))
  return [
    ...last.map(style.dim),
    '',
    ...title,
    ...head(look, facts),
    ...(news.length > 0 ? ['', ...news] : []),
    ...commands(look),
  ]
}

function head({ width: wide, language, style, ...rest }: Look, { name, node, assets }: WelcomeFacts) {
  const look = { width: wide, language, style, ...rest }
  const left = say(language, 'menu.welcome', { name: cutText(blankControls(name), 60) })
  const count = assets === undefined ? [] : [countText(language, assets)]
  const right = [blankControls(node), ...count].join(' · ')
  const width = Math.min(wide, 80) - 2 * INDENT.length
  const gap = width - textWidth(left) - textWidth(right)
  return gap >= 2
    ? [INDENT + style.bold(left) + ' '.repeat(gap) + style.dim(right)]
    : [...paragraph(look, left), ...paragraph(look, right)]
}

/** In the time zone of the bastion; with the year where it is another one. */
function lastLoginText(language: Language, { at, from }: LastLogin, now: number): string {
  const isThisYear = new Date(at).getFullYear() === new Date(now).getFullYear()
  const when = new Intl.DateTimeFormat(language, {
    ...{ weekday: 'short', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' },
    hourCycle: 'h23',
    ...(!isThisYear && { year: 'numeric' }),
  })
  return say(language, 'menu.last-login', { when: when.format(at), from })
}

type Command = readonly [command: string, what: TextKey]

const COMMANDS: readonly Command[] = [
  ['p', 'menu.help.all'],
  ['g', 'menu.help.groups'],
  ['f', 'menu.help.pick'],
  ['l', 'menu.help.last'],
  ['*', 'menu.help.favourites'],
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
  const fitting = [5, 3, 2].find((columns) => total(widthsOf(cells, columns)) <= Math.min(width, 80)) ?? 1
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
  widths.reduce((sum, { key, what }) => sum + key + 2 + what + BETWEEN.length, INDENT.length) - BETWEEN.length

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

const HELP: readonly TextKey[] = [
  'menu.help.numbers',
  'menu.help.narrow',
  'menu.help.nodes',
  'menu.help.stars',
  'menu.help.again',
  'menu.help.paging',
]

/** `h`: the commands and what else is good to know. `seesAll`: also sessions of others may be watched. */
export const help = (look: Look, { seesAll }: { readonly seesAll: boolean }): readonly string[] => [
  ...commands(look),
  ...HELP.flatMap((key) => sentence(look, key)),
  ...sentence(look, seesAll ? 'menu.help.watch.all' : 'menu.help.watch.own'),
  ...sentence(look, 'menu.help.keys'),
  '',
]
