import type { Log } from '../log.ts'
import { parseBody, refusal } from './answer.ts'
import { CoreError } from './core-error.ts'
import type { CommandRecord, SessionRecord } from './model.ts'
import type { AccessKey } from './sign.ts'
import type { Core } from './transport.ts'
import { ListWire, StoredCommandWire } from './wire.ts'
import { cut, cutFilled, plain } from './wire-text.ts'

export interface CommandRecordsParts {
  core: Core
  key: AccessKey
  log: Log
}

const INPUT_LENGTH = 128
const OUTPUT_LENGTH = 1024
const PATH = '/api/terminal/v1/command/'
const PAGE = 500
const MOST_PAGES = 200
/** Failures in a row after which 4-byte characters are replaced: a MySQL `utf8` column refuses them for ever. */
const PLAIN_AFTER = 2

/** What core keeps of a command's input; also without 4-byte characters, so that both forms compare equal. */
export const commandKey = ({ input, timestamp }: { input: string; timestamp: number }): string =>
  `${Math.floor(timestamp)} ${plain(cut(input.trim(), INPUT_LENGTH).trim())}`

/** Both ends are given: by itself core lists the last five days only. */
const timesOf = (commands: readonly CommandRecord[]): { date_from: number; date_to: number } => {
  const seconds = commands.map(({ at }) => Math.floor(at / 1000))
  return { date_from: Math.min(...seconds), date_to: Math.max(...seconds) + 1 }
}

/** Commands to core (POST /api/terminal/v1/command/) and back. Core keeps a batch whole or not at all, and twice if asked twice. */
export class CommandRecords {
  readonly #parts: CommandRecordsParts
  #failures = 0

  constructor(parts: CommandRecordsParts) {
    this.#parts = parts
  }

  /** Blank lines are not sent. An item core refuses by itself is dropped and logged, so that the others arrive. */
  async send(
    session: SessionRecord,
    commands: readonly CommandRecord[],
    signal?: AbortSignal,
  ): Promise<void> {
    const items = commands.map((command) => commandBody(session, command)).filter(({ input }) => input !== '')
    await this.#sendItems(this.#failures >= PLAIN_AFTER ? items.map(withoutAstral) : items, signal)
  }

  /**
   * What core has of the session from the time of `commands`: GET with its filters, the rest is looked through here.
   * No more than that time: a wall clock that was set meanwhile hides nothing, and a list that others do not add to
   * does not move between two pages.
   */
  async stored(
    session: SessionRecord,
    commands: readonly CommandRecord[],
    signal?: AbortSignal,
  ): Promise<Array<{ input: string; timestamp: number }>> {
    const found: Array<{ input: string; timestamp: number }> = []
    const times = timesOf(commands)
    let seen = 0
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const { items, count } = await this.#page({ ...times, ...filters(session), offset: seen }, signal)
      for (const item of items) {
        if (item.session === session.id) found.push({ input: item.input, timestamp: item.timestamp })
      }
      seen += items.length
      if (items.length === 0 || seen >= count) break
    }
    return found
  }

  async #page(query: Record<string, string | number>, signal?: AbortSignal) {
    const { core, key } = this.#parts
    const answer = await core.send(
      {
        step: 'list commands',
        method: 'GET',
        path: PATH,
        query: { ...query, limit: PAGE },
        auth: { kind: 'key', key },
        long: true,
      },
      signal,
    )
    if (answer.status !== 200) throw refusal(answer)
    const { items, count } = parseBody(ListWire, answer)
    // An item that is not understood is an error: taken for a missing one it would be sent again.
    return { items: items.map((body) => parseBody(StoredCommandWire, { ...answer, body })), count }
  }

  async #sendItems(items: readonly CommandBody[], signal?: AbortSignal): Promise<void> {
    if (items.length === 0) return
    const refused = await this.#post(items, signal)
    if (!refused) return
    if (items.length === 1) return this.#drop(items, refused)
    const half = Math.ceil(items.length / 2)
    await this.#sendItems(items.slice(0, half), signal)
    await this.#sendItems(items.slice(half), signal)
  }

  /** Core's refusal of the batch as such (401), or undefined when it was taken. */
  async #post(body: readonly CommandBody[], signal?: AbortSignal): Promise<CoreError | undefined> {
    const { core, key } = this.#parts
    try {
      const answer = await core.send(
        {
          step: 'store commands',
          method: 'POST',
          path: PATH,
          auth: { kind: 'key', key },
          body,
          connection: 'own',
        },
        signal,
      )
      if (answer.status === 401) return refusal(answer)
      if (answer.status !== 201) throw refusal(answer)
      this.#failures = 0
      return undefined
    } catch (error) {
      if (error instanceof CoreError && error.status === 500) this.#failures += 1
      throw error
    }
  }

  #drop([item]: readonly CommandBody[], err: CoreError): void {
    this.#parts.log.error(
      { err, session: item?.session, at: item?.timestamp },
      'core refuses a command record, it is kept here only',
    )
  }
}

/** What core can filter by, as it is stored. A name with 4-byte characters may be stored in either form: left out. */
function filters(session: SessionRecord): Record<string, string> {
  const { user, asset, system_user } = commandBody(session, { input: '', output: '', at: 0 })
  return Object.fromEntries(
    Object.entries({ user, asset, system_user }).filter(([, value]) => value === plain(value)),
  )
}

type CommandBody = ReturnType<typeof commandBody>

/** Lengths in code points. `user` and `system_user` are shorter here than in sessions. */
const commandBody = (session: SessionRecord, { input, output, at }: CommandRecord) => ({
  user: cutFilled(session.user, 64, '-'),
  asset: cutFilled(session.asset, 128, '-'),
  system_user: cutFilled(session.systemUser, 64, '-'),
  input: cutFilled(input, INPUT_LENGTH, ''),
  output: cut(output, OUTPUT_LENGTH),
  session: session.id,
  org_id: cut(session.orgId, 36),
  timestamp: Math.floor(at / 1000),
})

const withoutAstral = (item: CommandBody): CommandBody => ({
  ...item,
  user: plain(item.user),
  asset: plain(item.asset),
  input: plain(item.input),
  output: plain(item.output),
})
