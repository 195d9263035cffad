import { flagOf, type SettingName, settingOf } from '../config/settings.ts'
import { styleFor } from '../terminal/ansi.ts'
import { wrapText } from '../terminal/wrap.ts'
import { type CliIo, type Command, EXIT } from './io.ts'
import { FLAG_SETTINGS } from './options.ts'
import { styleOf } from './terminal-log.ts'

interface Row {
  readonly name: string
  readonly about: string
}

const COMMANDS: readonly Row[] = [
  { name: 'start --standalone', about: 'run without a Jumpserver, over an inventory or as a demo' },
  { name: 'start', about: 'run for the Jumpserver at CORE_HOST, in the foreground' },
  { name: 'stop', about: 'end the running one: sessions are told, recordings are kept' },
  { name: '  [--drain] [--timeout MIN]', about: 'first let running sessions end by themselves' },
  { name: 'status [--json]', about: 'is it running, for whom, and with which files' },
  { name: 'session list [--json]', about: 'the sessions that run now' },
  { name: 'session end ID', about: 'end one; its person reads by whom' },
  { name: '  [--reason TEXT]', about: 'and why' },
  { name: 'session watch ID', about: 'see one as it goes; r rewinds to its start, q leaves' },
  { name: 'session join ID', about: 'the same, and type along; Ctrl-] q leaves' },
  { name: 'session lock ID', about: 'hold the keys of its person; unlock lets them go' },
  { name: 'session share ID', about: 'a code with which others may see it: ssh NAME#join:CODE@...' },
  { name: '  [--write] [--users A,B]', about: 'or type, too; only these people' },
  { name: '  [--minutes N]', about: 'for so long; 30 without it' },
  { name: 'ssh-config USER', about: 'a ready ~/.ssh/config for all assets of a person' },
  { name: '  [--host NAME]', about: 'how this bastion is called from there; else its host name' },
  { name: 'replay list [--user NAME]', about: 'recorded sessions, newest first' },
  { name: 'replay play ID', about: 'watch one here: space, + and -, arrows, [ and ] for commands, q' },
  { name: '  [--speed N]', about: 'begin at this speed, 2 is twice as fast' },
  { name: '  [--at SECONDS]', about: 'begin there' },
  { name: '  [--max-idle SECONDS]', about: 'shorten longer pauses' },
  { name: 'replay verify ID', about: 'check a recording against its chain of hashes' },
  { name: 'replay export ID', about: 'write it to standard output' },
  { name: '  [--format FORMAT]', about: 'asciicast (the default), core, json, txt, html or gif-frames' },
  { name: 'replay search TEXT', about: 'where a text was on a screen, to the second' },
  { name: '  [--user NAME] [--id ID]', about: 'of one person, in one session' },
  { name: '  [--regex] [--json]', about: 'the text is a regular expression; JSON lines' },
  { name: 'doctor asset NAME [--json]', about: 'look at the way to an asset, step by step' },
  { name: '  [--as USER]', about: 'as this person would go it; without, as whoever tried last' },
  { name: '  [--account NAME]', about: 'with this account; without, with the first' },
  {
    name: 'hostkey list [--json]',
    about: 'pinned host keys of assets and gateways, and those that were refused',
  },
  {
    name: 'hostkey accept NAME',
    about: 'pin the key that was refused last (of an asset, an address or address:port)',
  },
  { name: '  [SHA256:...]', about: 'only if it has this fingerprint' },
  { name: 'hostkey forget NAME', about: 'pin anew at the next connection' },
  { name: 'hostkey import FILE', about: 'add the keys of a known_hosts file' },
  { name: 'user add NAME', about: 'a person in the inventory; the password is asked for' },
  { name: 'user passwd NAME', about: 'another password' },
  { name: 'user totp NAME', about: 'a second factor' },
  { name: 'check-inventory [FILE]', about: 'every fault of an inventory at once' },
  { name: 'rules test [LINE ...]', about: 'what the command rules say of a line, and why' },
  { name: 'rules check', about: 'command rules that do not do what they seem to' },
  { name: '  [--rules FILE]', about: 'an inventory, or core’s cmd-filter-rules as JSON; else INVENTORY' },
  { name: '  [--account NAME]', about: 'only the rules of this account of the inventory' },
  { name: 'version', about: 'version of this program and of Node' },
  { name: 'help', about: 'this text' },
]

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
    ...COMMANDS.flatMap((row) => laidOut({ ...row, name: named(row.name) }, width)),
    '',
    ...wrapText(SETTINGS, width),
    '',
    ...flags.flatMap((row) => laidOut(row, width)),
  ]
  await written(io.stdout, `${lines.join('\n')}\n`)
  return EXIT.ok
}

const named = (command: string): string => (command.startsWith(' ') ? `      ${command}` : `cocod ${command}`)

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
