import type { User } from '../core/model.ts'
import type { Language } from '../i18n/i18n.ts'

/** An authenticated person on one connection. */
export interface Principal {
  readonly user: User
  /** Client address, IPv4 in dotted form also when it came as `::ffff:…`. */
  readonly remoteAddr: string
  /** Core's words: `ST` came by SSH, `WT` by browser. */
  readonly loginFrom: 'ST' | 'WT'
  readonly language: Language
  /** The client's own words on what it is (its SSH version line); not to be trusted. */
  readonly client?: string
  /** Id of this login in the log. */
  readonly loginId: string
}
