import { flagOf, type SettingName, settingOf } from '../config/settings.ts'
import { styleFor } from '../terminal/ansi.ts'
import { wrapText } from '../terminal/wrap.ts'
import { type CommandForm, commandForms } from './command-table.ts'
import { type CliIo, type Command, EXIT } from './io.ts'
import { FLAG_SETTINGS } from './options.ts'
import { styleOf } from './terminal-log.ts'

interface Row {
  readonly name: string
  readonly about: string
}

/** A row for each form and, below it, for its flags; flags that have no words of their own share the row of the next. */
const rows = (): readonly Row[] =>
  commandForms().flatMap((form) => [
    { name: `cocod ${form.usage}`, about: form.about },
    ...flagRows(form).map(({ name, about: text }) => ({ name: `      ${name}`, about: text })),
  ])

function flagRows({ flags = [] }: CommandForm): readonly Row[] {
  const found: Row[] = []
  let before = ''
  for (const { usage, about: text } of flags) {
    before = before === '' ? `[${usage}]` : `${before} [${usage}]`
    if (text === undefined && usage !== flags.at(-1)?.usage) continue
    found.push({ name: before, about: text ?? '' })
    before = ''
  }
  return found
}

const SETTINGS = `Settings come from flags, environment variables (SSHD_PORT for --sshd-port), the configuration file and the \
defaults, in this order. The file is --config FILE, COCOD_CONFIG, ./config.ini or /etc/cocod/config.ini; \
config.example.ini describes every setting. BOOTSTRAP_TOKEN and ACCESS_KEY are secrets and never flags.`

const NAME_WIDTH = 31
/** Where the width of the screen is not known. */
const WIDTH = 80
const MOST_WIDTH = 110

/** `cocod help`, and `--help` behind any command. */
export const help: Command = async (_args, io) => {
  const width = Math.min(MOST_WIDTH, Math.max(NAME_WIDTH + 20, io.stdout.columns ?? WIDTH))
  const { bold } = io.stdout.isTTY ? styleOf(io.env) : styleFor(undefined)
  const flags = [
    { name: '--config FILE', about: 'The configuration file.' },
    ...FLAG_SETTINGS.map((name) => ({ name: `--${flagOf(name)}`, about: about(name) })),
  ]
  const lines = [
    `${bold('cocod')}: SSH bastion for Jumpserver`,
    '',
    ...rows().flatMap((row) => laidOut(row, width)),
    '',
    ...wrapText(SETTINGS, width),
    '',
    ...flags.flatMap((row) => laidOut(row, width)),
  ]
  await written(io.stdout, `${lines.join('\n')}\n`)
  return EXIT.ok
}

const about = (name: SettingName): string => settingOf(name).about

/** A name and what it is, side by side; the second part wraps in its own column. */
function laidOut({ name, about: text }: Row, width: number): readonly string[] {
  const [first = '', ...rest] = wrapText(text, width - NAME_WIDTH - 4)
  const indent = ' '.repeat(NAME_WIDTH + 4)
  const head = `  ${name}`
  const fits = name.length <= NAME_WIDTH
  return [
    ...(fits ? [`${head.padEnd(NAME_WIDTH + 4)}${first}`] : [head, indent + first]),
    ...rest.map((line) => indent + line),
  ]
}

/** Resolves when it is written, so that a pipe gets all of it. */
const written = (stdout: CliIo['stdout'], text: string): Promise<void> =>
  new Promise((resolve) => stdout.write(text, () => resolve()))
