import { SETTING_NAMES, type SettingName, settingOf } from './settings.ts'

const GROUPS = {
  core: 'Jumpserver core',
  listen: 'Ports and host key',
  login: 'Login',
  sessions: 'Sessions',
  records: 'Recordings',
  files: 'Files and log',
} as const

/** The text of config.example.ini: every setting, commented out, with what it does. A test compares the file. */
export function exampleIni(): string {
  const groups = Object.entries(GROUPS).map(([group, title]) => {
    const names = SETTING_NAMES.filter((name) => settingOf(name).group === group)
    return `# ── ${title} ──\n\n${names.map(entry).join('\n')}`
  })
  return `${HEADER}\n${groups.join('\n')}`
}

const HEADER = `# cocod configuration. Copy to config.ini and take the "# " off the lines you need.
# Environment variables of the same names win over this file, command line flags (--sshd-port) over both.
# Relative paths count from this file's directory. A value with # or ; in it stands in "double quotes".
`

function entry(name: SettingName): string {
  const { about, example } = settingOf(name)
  return `# ${about}\n# ${`${name} = ${example}`.trim()}\n`
}
