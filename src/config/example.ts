import { LIVE_SETTINGS } from './live-config.ts'
import { SETTING_GROUPS, SETTING_NAMES, type SettingName, settingOf } from './settings.ts'

/** The text of config.example.ini: every setting, commented out, with what it does. A test compares the file. */
export function exampleIni(): string {
  const groups = SETTING_GROUPS.map(
    ({ title, names }) => `# ── ${title} ──\n\n${names.map(entry).join('\n')}`,
  )
  return `${HEADER}\n${groups.join('\n')}\n${SECTIONS}`
}

const HEADER = `# cocod configuration. Copy to config.ini and take the "# " off the lines you need.
# Environment variables of the same names win over this file, command line flags (--sshd-port) over both.
# Relative paths count from this file's directory. A value with # or ; in it stands in "double quotes".
`

const SECTIONS = `# ── Options of single assets, accounts and gateways (docs/asset-options.md); keep them at the end ──

# [asset old-*, 10.9.0.0/16]
# algorithms = legacy
`

function entry(name: SettingName): string {
  const { about, example } = settingOf(name)
  return `# ${about}\n# ${`${name} = ${example}`.trim()}\n`
}

/** The README's table of all settings, in Markdown. A test compares what stands there; `npm run docs` writes it. */
export function settingsTable(): string {
  return ['| Setting | Default | Meaning |', '|---|---|---|', ...SETTING_NAMES.map(row)].join('\n')
}

/** A default that is no fixed value is told at the end of `about`: `... Default: the host name.` */
const TOLD_DEFAULT = /\s*Default: (.+)\.$/

function row(name: SettingName): string {
  const { about, schema } = settingOf(name)
  const told = TOLD_DEFAULT.exec(about)?.[1]
  const cells = [`\`${name}\``, told ?? fixedDefault(schema), about.replace(TOLD_DEFAULT, '')]
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

function fixedDefault(schema: ReturnType<typeof settingOf>['schema']): string {
  const value: unknown = schema.parse(undefined)
  if (value === undefined) return 'none'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return `\`${String(value)}\``
}

/** What docs/operations.md says can be changed while it runs. */
export const liveList = (): string => LIVE_SETTINGS.map((name) => `\`${name}\``).join(', ')
