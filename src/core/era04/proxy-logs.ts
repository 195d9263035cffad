import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Log } from '../../log.ts'
import { parseBody, refusal } from '../answer.ts'
import { CoreError } from '../core-error.ts'
import type { CommandRecord, SessionRecord } from '../model.ts'
import type { AccessKey } from '../sign.ts'
import type { Core, CoreRequest } from '../transport.ts'
import { cut, cutFilled } from '../wire-text.ts'
import { formatTime } from '../wire-time.ts'
import { ProxyLogFiles, type ProxyLogState } from './proxy-log-files.ts'
import { batches, replayPieces } from './replay-pieces.ts'
import { ProxyLogWire } from './wire.ts'

export interface ProxyLogsParts {
  core: Core
  key: AccessKey
  log: Log
  /** Where core's ids are kept, with how far the records have come. */
  directory: string
}

/** More than may run at once. */
const MOST_OPEN = 20_000
const NAME_LENGTH = 32
const COMMAND_LENGTH = 128
const OUTPUT_LENGTH = 1024

/**
 * Sessions, commands and recordings as core 0.4 keeps them: under a number core makes itself, which is on disk before
 * anything else is sent. Core cannot be asked what it has, so what an answer was lost of is sent again.
 */
export class ProxyLogs {
  readonly #parts: ProxyLogsParts
  readonly #files: ProxyLogFiles
  /** Sessions of this run, by core's id. */
  readonly #open = new LRUCache<number, string>({ max: MOST_OPEN })
  readonly #creating = new Map<string, Promise<void>>()

  constructor(parts: ProxyLogsParts) {
    this.#parts = parts
    this.#files = new ProxyLogFiles(parts.directory)
  }

  /** The session of core's id, if it began here since the start. */
  sessionOf(proxyLogId: number): string | undefined {
    return this.#open.get(proxyLogId)
  }

  /** POST /api/audits/v1/proxy-log/receive/, once; a second call for a session that core knows does nothing. */
  create(session: SessionRecord, signal?: AbortSignal): Promise<void> {
    const under = this.#creating.get(session.id)
    if (under) return under
    const creating = this.#create(session, signal).finally(() => this.#creating.delete(session.id))
    this.#creating.set(session.id, creating)
    return creating
  }

  /** PATCH /api/audits/v1/proxy-log/<id>/. */
  async finish(sessionId: string, dateEnd: number, signal?: AbortSignal): Promise<void> {
    const { id } = await this.#known(sessionId)
    const body = { is_finished: true, date_finished: formatTime(dateEnd) }
    const request = { step: 'finish proxy log', path: `/api/audits/v1/proxy-log/${id}/`, body } as const
    await this.#send({ ...request, method: 'PATCH' }, 200, signal)
    this.#open.delete(id)
  }

  /**
   * POST /api/audits/v1/command-log/. A command keeps its number when it is sent again. The batch that core took last
   * is not sent a second time: that happens when this bastion ended before it could note its success elsewhere.
   */
  async sendCommands(
    session: SessionRecord,
    commands: readonly CommandRecord[],
    signal?: AbortSignal,
  ): Promise<void> {
    const state = await this.#known(session.id)
    const body = commands
      .filter(({ input }) => input.trim() !== '')
      .map(({ input, output, at }, index) => ({
        proxy_log_id: state.id,
        ...namesOf(session),
        command_no: state.commands + index + 1,
        command: cutFilled(input, COMMAND_LENGTH, ''),
        output: base64(cut(output, OUTPUT_LENGTH)),
        timestamp: at / 1000,
      }))
    if (body.length === 0) return
    const lastBatch = digestOf(body)
    if (lastBatch === state.lastBatch) return
    const request = { step: 'store commands', path: '/api/audits/v1/command-log/', body } as const
    await this.#send({ ...request, method: 'POST' }, 201, signal)
    await this.#files.write(session.id, { ...state, commands: state.commands + body.length, lastBatch })
  }

  /** POST /api/audits/v1/record-log/, a bounded batch at a time, from where core has it. */
  async sendReplay(sessionId: string, path: string, signal?: AbortSignal): Promise<void> {
    let state = await this.#known(sessionId)
    const { id, dateStart } = state
    for await (const batch of batches(replayPieces(path), state.pieces)) {
      const body = batch.map(({ seconds, text }) => ({
        proxy_log_id: id,
        output: base64(text),
        timestamp: dateStart / 1000 + seconds,
      }))
      const request = { step: 'store recording', path: '/api/audits/v1/record-log/', body } as const
      await this.#send({ ...request, method: 'POST' }, 201, signal)
      state = { ...state, pieces: state.pieces + batch.length }
      await this.#files.write(sessionId, state)
    }
  }

  /** All of it is with core. */
  async forget(sessionId: string): Promise<void> {
    await this.#files.remove(sessionId)
  }

  async #create(session: SessionRecord, signal?: AbortSignal): Promise<void> {
    const before = await this.#files.read(session.id)
    if (before && before.id !== null) return
    if (before)
      this.#parts.log.warn(
        { session: session.id },
        'no answer came when core was told of this session: told again, core may show it twice, once without an end',
      )
    const asked = { id: null, dateStart: session.dateStart, commands: 0, lastBatch: '', pieces: 0 }
    if (!before) await this.#files.write(session.id, asked)
    const id = await this.#receive(session, signal)
    await this.#files.write(session.id, { ...asked, id })
    this.#open.set(id, session.id)
  }

  async #receive(session: SessionRecord, signal?: AbortSignal): Promise<number> {
    const body = {
      ...namesOf(session),
      login_type: session.loginFrom,
      is_failed: false,
      date_start: formatTime(session.dateStart),
    }
    const request = { step: 'create proxy log', path: '/api/audits/v1/proxy-log/receive/', body } as const
    try {
      const answer = await this.#send({ ...request, method: 'POST' }, 201, signal)
      return parseBody(ProxyLogWire, answer).id
    } catch (error) {
      // A clear no made nothing at core.
      if (error instanceof CoreError && error.kind !== 'unavailable') await this.#files.remove(session.id)
      throw error
    }
  }

  async #known(sessionId: string): Promise<ProxyLogState & { id: number }> {
    const state = await this.#files.read(sessionId)
    if (state && state.id !== null) return { ...state, id: state.id }
    throw new CoreError('CORE_MISSING', 'missing', {
      step: 'look for the proxy log of a session',
      message: `core gave no number for the session ${sessionId}`,
      next: 'nothing: core was not told of it',
    })
  }

  async #send(
    request: Pick<CoreRequest, 'step' | 'method' | 'path' | 'body'>,
    hoped: number,
    signal: AbortSignal | undefined,
  ) {
    const { core, key } = this.#parts
    const answer = await core.send({ ...request, auth: { kind: 'key', key }, connection: 'own' }, signal)
    if (answer.status !== hoped) throw refusal(answer)
    return answer
  }
}

/** Of what the commands are, whatever their numbers. */
const digestOf = (body: ReadonlyArray<{ command: string; output: string; timestamp: number }>): string =>
  createHash('sha256')
    .update(JSON.stringify(body.map(({ command, output, timestamp }) => [command, output, timestamp])))
    .digest('hex')

const base64 = (text: string): string => Buffer.from(text).toString('base64')

const namesOf = ({ user, asset, systemUser }: SessionRecord) => ({
  user: shortUser(user),
  asset: cutFilled(asset, NAME_LENGTH, '-'),
  system_user: cutFilled(systemUser, NAME_LENGTH, '-'),
})

/** `name (username)`, or the user name alone where both are too long: it says who it was, half a name does not. */
function shortUser(user: string): string {
  const [, username] = /\(([^()]+)\)$/.exec(user) ?? []
  const fits = [...user].length <= NAME_LENGTH
  return cutFilled(fits ? user : (username ?? user), NAME_LENGTH, '-')
}
