import { existsSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { OptionSection } from '../asset-options/asset-options.ts'
import { readOptionSections } from '../asset-options/sections.ts'
import { Fault, reasonOf } from '../base/fault.ts'
import { type IniEntry, IniError, type IniProblem, parseIni } from '../base/ini.ts'
import { nearest } from '../base/nearest.ts'
import { isSettingName, SETTING_NAMES, type SettingName, type Settings, settingOf } from './settings.ts'

/** Where a setting came from: highest first. */
export type Origin = 'flag' | 'environment' | 'file' | 'default'

export interface Config {
  readonly settings: Settings
  readonly origins: Readonly<Record<SettingName, Origin>>
  /** As they were written, to see what another configuration changes; undefined for a default. Never shown. */
  readonly texts: Readonly<Partial<Record<SettingName, string>>>
  /** Options of single assets, accounts and gateways: the sections of the file. */
  readonly optionSections: readonly OptionSection[]
  /** Absolute path of the file that was read, if there was one. */
  readonly file: string | undefined
}

export interface ConfigSources {
  /** Values of command line flags. */
  readonly flags: ReadonlyMap<SettingName, string>
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** `--config`. */
  readonly file?: string | undefined
  /** The system-wide file; only tests name another. */
  readonly systemFile?: string
}

export interface ConfigProblem {
  /** `config.ini:3`, `environment variable SSHD_PORT`, `--sshd-port`. */
  readonly where: string
  readonly message: string
  readonly next: string
}

/** All that is wrong with the configuration, told at once. */
export class ConfigError extends Fault<'CONFIG'> {
  override readonly name = 'ConfigError'
  readonly problems: readonly ConfigProblem[]

  constructor(problems: readonly ConfigProblem[]) {
    super('CONFIG', {
      step: 'read config',
      message: problems.map(({ where, message }) => `${where}: ${message}`).join('\n'),
      next: problems.map(({ next }) => next).join('\n'),
    })
    this.problems = problems
  }
}

interface Found {
  readonly text: string
  readonly origin: Origin
  readonly where: string
}

interface Read {
  readonly path: string | undefined
  readonly entries: ReadonlyMap<string, IniEntry>
  readonly optionSections: readonly OptionSection[]
}

/**
 * Flags before environment before file before defaults. The file is `--config`, COCOD_CONFIG, ./config.ini or
 * /etc/cocod/config.ini. An empty environment variable counts as not set.
 *
 * @throws ConfigError naming every unknown key and every wrong value, with its line.
 */
export function loadConfig(sources: ConfigSources): Config {
  const problems: ConfigProblem[] = []
  const file = readConfigFile(sources, problems)
  problems.push(...unknownKeys(file))
  const values: Record<string, unknown> = {}
  const origins: Record<string, Origin> = {}
  const texts: Partial<Record<SettingName, string>> = {}
  for (const name of SETTING_NAMES) {
    const found = find(name, sources, file)
    origins[name] = found?.origin ?? 'default'
    if (found) texts[name] = found.text
    const parsed = settingOf(name).schema.safeParse(found?.text)
    if (parsed.success) values[name] = absolute(name, parsed.data, { sources, file, found })
    else problems.push(wrongValue(name, found, parsed.error.issues[0]?.message ?? 'not understood'))
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return Object.freeze({
    // Every name was parsed by the schema that the type is made of, and every one has its origin.
    // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion
    settings: values as Settings,
    // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion
    origins: origins as Config['origins'],
    texts,
    optionSections: file.optionSections,
    file: file.path,
  })
}

/** Where the configuration file is, as an absolute path; the explicit ones need not exist for this. */
function configFile({
  file,
  env,
  cwd,
  systemFile = '/etc/cocod/config.ini',
}: ConfigSources): string | undefined {
  const explicit = file ?? (env['COCOD_CONFIG'] || undefined)
  if (explicit !== undefined) return resolve(cwd, explicit)
  return [resolve(cwd, 'config.ini'), systemFile].find((candidate) => existsSync(candidate))
}

function readConfigFile(sources: ConfigSources, problems: ConfigProblem[]): Read {
  const path = configFile(sources)
  const nothing: Read = { path, entries: new Map(), optionSections: [] }
  if (path === undefined) return nothing
  try {
    const { sections } = parseIni(readFileSync(path, 'utf8'), path)
    const [top, ...named] = sections
    const options = readOptionSections(named)
    problems.push(...options.problems.map((problem) => inFile(path, problem)))
    return { path, entries: top?.entries ?? new Map(), optionSections: options.sections }
  } catch (cause) {
    problems.push(...fileProblems(path, cause))
    return nothing
  }
}

const inFile = (path: string, { line, message, next }: IniProblem): ConfigProblem => ({
  where: `${path}:${line ?? 1}`,
  message,
  next,
})

function fileProblems(path: string, cause: unknown): readonly ConfigProblem[] {
  if (cause instanceof IniError) {
    return cause.problems.map((problem) => inFile(path, problem))
  }
  return [
    {
      where: path,
      message: reasonOf(cause),
      next: 'name another file with --config, or make this one readable',
    },
  ]
}

function unknownKeys({ path, entries }: Read): readonly ConfigProblem[] {
  return [...entries]
    .filter(([key]) => !isSettingName(key))
    .map(([key, { line }]) => {
      const meant = nearest(key, SETTING_NAMES)
      return {
        where: `${path}:${line}`,
        message: `${key} is not a setting`,
        next: meant ? `did you mean ${meant}?` : 'config.example.ini lists all settings',
      }
    })
}

/** Names that coco had for a variable. */
const FORMERLY: Readonly<Partial<Record<SettingName, string>>> = { ACCESS_KEY: 'COCO_ACCESS_KEY' }

function find(name: SettingName, { flags, env }: ConfigSources, { path, entries }: Read): Found | undefined {
  const flag = flags.get(name)
  if (flag !== undefined) return { text: flag, origin: 'flag', where: `flag for ${name}` }
  for (const variable of [name, FORMERLY[name] ?? name]) {
    const text = env[variable]
    if (text) return { text, origin: 'environment', where: `environment variable ${variable}` }
  }
  const entry = entries.get(name)
  return entry && { text: entry.value, origin: 'file', where: `${path}:${entry.line}` }
}

function wrongValue(name: SettingName, found: Found | undefined, why: string): ConfigProblem {
  const { secret, example, about } = settingOf(name)
  const shown = secret || !found ? '' : ` “${found.text}”`
  return {
    where: found?.where ?? `default of ${name}`,
    message: `${name}${shown}: ${why}`,
    next: secret ? about : `for example ${name} = ${example}. ${about}`,
  }
}

/** Paths in the file count from the file's directory, others from the working directory. */
function absolute(
  name: SettingName,
  value: unknown,
  { sources, file, found }: { sources: ConfigSources; file: Read; found: Found | undefined },
): unknown {
  if (!settingOf(name).path || typeof value !== 'string') return value
  const fromFile = file.path !== undefined && found?.origin !== 'flag' && found?.origin !== 'environment'
  return resolve(fromFile && file.path ? dirname(file.path) : sources.cwd, value)
}
