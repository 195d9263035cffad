import { z } from 'zod'
import { Backoff } from '../base/backoff.ts'
import { type Clock, sleep } from '../base/clock.ts'
import { Secret } from '../base/secret.ts'
import type { Log } from '../log.ts'
import { parseBody, refusal } from './answer.ts'
import type { CoreSettings } from './model.ts'
import type { AccessKey } from './sign.ts'
import { type ReadStorages, readCommandStorages, readReplayStorages } from './storages.ts'
import type { Core } from './transport.ts'

const ConfigWire = z.record(z.string(), z.unknown())

// Core may send a neighbouring type: a number as a string, a switch as a word.
const flag = z.union([
  z.boolean(),
  z.enum(['true', 'True', '1']).transform(() => true),
  z.enum(['false', 'False', '0']).transform(() => false),
])
const whole = (least: number, most: number) =>
  z.preprocess(
    (value) => (typeof value === 'string' && value.trim() !== '' ? Number(value) : value),
    z.int().min(least).max(most),
  )

/** Field of CoreSettings, key of core, and what is accepted. Longer pauses than 4 min would lose sessions at core. */
const FIELDS = {
  passwordAuth: ['TERMINAL_PASSWORD_AUTH', flag],
  publicKeyAuth: ['TERMINAL_PUBLIC_KEY_AUTH', flag],
  heartbeatSeconds: ['TERMINAL_HEARTBEAT_INTERVAL', whole(1, 240)],
  headerTitle: ['TERMINAL_HEADER_TITLE', z.string().max(1024)],
  hostKey: [
    'TERMINAL_HOST_KEY',
    z
      .string()
      .startsWith('-----BEGIN ')
      .transform((pem) => new Secret(pem)),
  ],
  maxIdleMinutes: ['SECURITY_MAX_IDLE_TIME', whole(1, 525_600)],
  maxSessionHours: ['SECURITY_MAX_SESSION_TIME', whole(1, 87_600)],
  sortBy: ['TERMINAL_ASSET_LIST_SORT_BY', z.enum(['hostname', 'ip'])],
  pageSize: ['TERMINAL_ASSET_LIST_PAGE_SIZE', z.union([z.enum(['auto', 'all']), whole(1, 10_000)])],
  telnetRegex: ['TERMINAL_TELNET_REGEX', z.string().max(1024)],
  keepDays: ['TERMINAL_SESSION_KEEP_DURATION', whole(1, 100_000)],
} as const

type Field = keyof typeof FIELDS

export interface ReadSettings {
  readonly settings: CoreSettings
  /** Keys of core whose value was not usable: the value before stays. */
  readonly refused: readonly string[]
  /** Storages of a kind that is not known here, as `KEY: TYPE`: core itself takes these records. */
  readonly unknown: readonly string[]
}

/** Core's flat object to our settings. Absent, null and `""` mean "not set"; unknown keys are left alone. */
export function readSettings(
  previous: CoreSettings,
  config: Readonly<Record<string, unknown>>,
): ReadSettings {
  const settings: Record<string, unknown> = {}
  const refused: string[] = []
  for (const field of fieldNames) {
    const [key, schema] = FIELDS[field]
    const value = config[key]
    if (value === undefined || value === null || value === '') continue
    const parsed = schema.safeParse(value)
    if (!parsed.success) refused.push(key)
    const accepted = parsed.success ? parsed.data : previous[field]
    if (accepted !== undefined) settings[field] = accepted
  }
  const storages = readStorages(previous, config)
  return {
    settings: { ...settings, ...storages.settings },
    refused: [...refused, ...storages.refused],
    unknown: storages.unknown,
  }
}

/** The storages, with the same rules. */
function readStorages(previous: CoreSettings, config: Readonly<Record<string, unknown>>): ReadSettings {
  const refused: string[] = []
  const unknown: string[] = []
  const read = <S>(
    key: string,
    reader: (value: unknown) => ReadStorages<S>,
    before: readonly S[] | undefined,
  ) => {
    if (config[key] === undefined || config[key] === null) return undefined
    const { storages, unknown: later } = reader(config[key])
    if (!storages) refused.push(key)
    unknown.push(...later.map((type) => `${key}: ${type}`))
    return storages ?? before
  }
  const { commandStorages: commands, replayStorages: replays } = previous
  const commandStorages = read('TERMINAL_COMMAND_STORAGE', readCommandStorages, commands)
  const replayStorages = read('TERMINAL_REPLAY_STORAGE', readReplayStorages, replays)
  const settings = { ...(commandStorages && { commandStorages }), ...(replayStorages && { replayStorages }) }
  return { settings, refused, unknown }
}

const fieldNames = Object.keys(FIELDS).filter((name): name is Field => Object.hasOwn(FIELDS, name))

const EVERY_MS = 600_000

/** Core's settings, read again every 10 minutes; the last good ones stay while core does not answer. */
export class SettingsReader implements AsyncDisposable {
  readonly #parts: { core: Core; key: AccessKey; clock: Clock; log: Log }
  readonly #stop = new AbortController()
  #current: CoreSettings = {}
  #told = ''
  #running: Promise<void> | undefined

  constructor(parts: { core: Core; key: AccessKey; clock: Clock; log: Log }) {
    this.#parts = parts
  }

  get current(): CoreSettings {
    return this.#current
  }

  /** GET /api/terminal/v1/terminal/config/. Throws CoreError; what was read before stays then. */
  async refresh(signal?: AbortSignal): Promise<void> {
    const { core, key, log } = this.#parts
    const answer = await core.send(
      {
        step: 'read settings',
        method: 'GET',
        path: '/api/terminal/v1/terminal/config/',
        auth: { kind: 'key', key },
      },
      signal,
    )
    if (answer.status !== 200) throw refusal(answer)
    const read = readSettings(this.#current, parseBody(ConfigWire, answer))
    this.#current = read.settings
    this.#warn(read, log)
  }

  /** Once for each, until something about them changes. */
  #warn({ refused, unknown }: ReadSettings, log: Log): void {
    const trouble = [...refused, ...unknown].join(' ')
    if (trouble === this.#told) return
    this.#told = trouble
    for (const setting of refused)
      log.warn({ setting }, 'setting of core is not usable, the value before stays')
    for (const storage of unknown)
      log.warn({ storage }, 'core names a storage that is unknown here, the records go to core itself')
  }

  /** Reads at once and then every 10 minutes, sooner after a failure, until disposed. */
  start(): void {
    this.#running ??= this.#run(this.#stop.signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  async #run(signal: AbortSignal): Promise<void> {
    const pauses = new Backoff({ first: 5_000, most: 60_000 })
    for (let goesOn = true; goesOn; ) {
      try {
        await this.refresh(signal)
        pauses.reset()
        goesOn = await sleep(this.#parts.clock, EVERY_MS, signal)
      } catch (err) {
        if (!signal.aborted)
          this.#parts.log.warn({ err }, 'settings of core could not be read, the old ones stay')
        goesOn = await sleep(this.#parts.clock, pauses.next(), signal)
      }
    }
  }
}
