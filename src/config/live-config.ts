import { isDeepStrictEqual } from 'node:util'
import type { Config } from './config.ts'
import { SETTING_NAMES, type SettingName, type Settings } from './settings.ts'

/** Settings that are read at each use, so that another value holds without a restart. All others hold from the start on. */
export const LIVE_SETTINGS: readonly SettingName[] = [
  'PASSWORD_AUTH',
  'PUBLIC_KEY_AUTH',
  'ALLOW_SSH_USER',
  'BLOCK_SSH_USER',
  'HEADER_TITLE',
  'ASSET_LIST_SORT_BY',
  'ASSET_LIST_PAGE_SIZE',
  'ANNOUNCEMENT_FILE',
  'SSH_TIMEOUT',
  'HOST_KEY_POLICY',
  'SECURITY_MAX_IDLE_TIME',
  'SECURITY_MAX_SESSION_TIME',
  'MAX_SESSIONS',
  'MAX_SESSIONS_PER_ASSET',
  'MAX_SESSIONS_PER_USER',
  'COMMAND_RULES',
  'PASTE_GUARD',
  'SIGTERM_ACTION',
  'DRAIN_MINUTES',
  'LOG_LEVEL',
]

/** What another configuration changes; names of settings, and `sections` for those of assets, accounts and gateways. */
export interface ConfigChange {
  /** In force now. */
  readonly applied: readonly string[]
  /** Changed, and in force after a restart only. */
  readonly waiting: readonly string[]
}

/** The configuration of a running daemon: what can be changed under it follows `apply`, the rest stays as it was. */
export class LiveConfig {
  /** To be handed to the rooms; the values of `LIVE_SETTINGS` and the sections are those of the time they are read. */
  readonly config: Config
  readonly #first: Config
  #current: Config

  constructor(first: Config) {
    this.#first = first
    this.#current = first
    const sections = () => this.#current.optionSections
    this.config = Object.freeze({
      ...first,
      settings: this.#settings(),
      get optionSections() {
        return sections()
      },
    })
  }

  /** Takes what can be taken while it runs. */
  apply(next: Config): ConfigChange {
    const isLive = (name: SettingName): boolean => LIVE_SETTINGS.includes(name)
    const differ = (before: Config) => (name: SettingName) => before.texts[name] !== next.texts[name]
    const sections = isDeepStrictEqual(this.#current.optionSections, next.optionSections) ? [] : ['sections']
    const applied = SETTING_NAMES.filter(isLive).filter(differ(this.#current))
    // What waits is what differs from the start, also when it was said at an earlier reload.
    const waiting = SETTING_NAMES.filter((name) => !isLive(name)).filter(differ(this.#first))
    this.#current = next
    return { applied: [...applied, ...sections], waiting }
  }

  #settings(): Settings {
    const settings = {}
    for (const name of SETTING_NAMES) {
      const value = this.#first.settings[name]
      const get = LIVE_SETTINGS.includes(name) ? () => this.#current.settings[name] : () => value
      Object.defineProperty(settings, name, { get, enumerable: true })
    }
    // Every name has its getter, with the value that the schema gave it.
    // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion
    return Object.freeze(settings) as Settings
  }
}
