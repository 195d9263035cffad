import { parseArgs } from 'node:util'
import { Fault, reasonOf } from '../base/fault.ts'
import { nearest } from '../base/nearest.ts'
import { type Config, type ConfigSources, loadConfig } from '../config/config.ts'
import { flagOf, SETTING_NAMES, type SettingName, settingOf } from '../config/settings.ts'
import type { CliIo } from './io.ts'

export class UsageError extends Fault<'USAGE'> {
  override readonly name = 'UsageError'

  constructor(message: string, next = 'cocod help lists commands and flags') {
    super('USAGE', { step: 'read command line', message, next })
  }
}

export interface CommandLine {
  readonly config: Config
  /** The command's own switches that were given, e.g. `standalone`. */
  readonly switches: ReadonlySet<string>
  /** Words that are no flags. */
  readonly words: readonly string[]
  /** The flags given here that another command needs to find the same files, with a blank before; else empty. */
  readonly places: string
}

/** Settings that may be given as a flag: all but secrets, because argv is readable by everybody on the machine. */
export const FLAG_SETTINGS = SETTING_NAMES.filter((name) => !settingOf(name).secret)

/**
 * Reads a command's flags (`--config FILE`, `--sshd-port 22`, its own `switches`) and the configuration they select.
 *
 * @throws UsageError for an unknown flag, ConfigError for a wrong value.
 */
export function readCommandLine(
  args: readonly string[],
  io: CliIo,
  switches: readonly string[] = [],
): CommandLine {
  const { values, positionals } = parse(args, switches)
  const flags = new Map<SettingName, string>()
  for (const name of FLAG_SETTINGS) {
    const value = values[flagOf(name)]
    if (typeof value === 'string') flags.set(name, value)
  }
  const file = typeof values['config'] === 'string' ? values['config'] : undefined
  const sources: ConfigSources = { flags, env: io.env, cwd: io.cwd, file }
  return {
    config: loadConfig(sources),
    switches: new Set(switches.filter((name) => values[name] === true)),
    words: positionals,
    places: ['config', flagOf('DATA_DIR')].map((flag) => again(flag, values[flag])).join(''),
  }
}

const again = (flag: string, value: unknown): string =>
  typeof value === 'string' ? ` --${flag} ${/^[\w./:@%+,-]+$/.test(value) ? value : quoted(value)}` : ''

/** For a POSIX shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

/** Words that a command does not know are a mistake, and most likely a forgotten `--`. */
export function refuseWords(command: string, [word]: readonly string[]): void {
  if (word !== undefined) throw new UsageError(`cocod ${command} does not know “${word}”`)
}

function parse(args: readonly string[], switches: readonly string[]) {
  const flags = ['config', ...FLAG_SETTINGS.map(flagOf)]
  const options = {
    ...Object.fromEntries(flags.map((flag) => [flag, { type: 'string' as const }])),
    ...Object.fromEntries(switches.map((name) => [name, { type: 'boolean' as const }])),
  }
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true })
  } catch (error) {
    throw badFlag(error, [...flags, ...switches])
  }
}

function badFlag(error: unknown, known: readonly string[]): UsageError {
  const reason = reasonOf(error)
  const missing = /Option '(--[\w-]+)[^']*' argument missing/.exec(reason)?.[1]
  if (missing !== undefined) return new UsageError(`${missing} needs a value`)
  const unknown = /Unknown option '(--?)([\w-]+)'/.exec(reason)
  if (!unknown) return new UsageError(reason.split('\n')[0] ?? reason)
  const [, dashes = '', name = ''] = unknown
  return new UsageError(`${dashes}${name} is not a flag of this command`, instead(name, known))
}

function instead(name: string, known: readonly string[]): string | undefined {
  const secret = SETTING_NAMES.find((each) => settingOf(each).secret && flagOf(each) === name)
  if (secret)
    return `everybody on this machine can read flags: set ${secret} in the environment or in config.ini`
  const meant = nearest(name, known)
  return meant && `did you mean --${meant}?`
}
