import { LRUCache } from 'lru-cache'
import { hasField, refusal } from './answer.ts'
import { CoreError } from './core-error.ts'
import type { SessionRecord, Task } from './model.ts'
import { sessionAddress } from './remote-addr.ts'
import { multipartFile } from './replay-upload.ts'
import type { AccessKey } from './sign.ts'
import type { Core } from './transport.ts'
import { cutFilled } from './wire-text.ts'
import { formatTime } from './wire-time.ts'

/** More than may run at once. */
const MOST_OPEN = 20_000

/** What core is told of sessions, and of the orders it gave about them. */
export class SessionRecords {
  readonly #core: Core
  readonly #auth: { readonly kind: 'key'; readonly key: AccessKey }
  /** What core was told of sessions that it was not told the end of. */
  readonly #open = new LRUCache<string, Readonly<Record<string, unknown>>>({ max: MOST_OPEN })

  constructor({ core, key }: { core: Core; key: AccessKey }) {
    this.#core = core
    this.#auth = { kind: 'key', key }
  }

  /** POST /api/terminal/v1/sessions/. The id is a random UUID of ours: "must be unique" means that it is already there. */
  async create(session: SessionRecord, signal?: AbortSignal): Promise<void> {
    const answer = await this.#core.send(
      {
        step: 'create session',
        method: 'POST',
        path: '/api/terminal/v1/sessions/',
        auth: this.#auth,
        body: sessionBody(session),
        retries: 2,
      },
      signal,
    )
    const isThere = answer.status === 400 && hasField(answer.body, 'id')
    if (answer.status !== 201 && !isThere) throw refusal(answer)
    this.#open.set(session.id, sessionBody(session))
  }

  /** A session as core was told of it, until it was told its end. */
  bodyOf(sessionId: string): Readonly<Record<string, unknown>> | undefined {
    return this.#open.get(sessionId)
  }

  async finish(sessionId: string, dateEnd: number, signal?: AbortSignal): Promise<void> {
    await this.#patch(sessionId, { is_finished: true, date_end: formatTime(dateEnd) }, signal)
    this.#open.delete(sessionId)
  }

  async markReplay(sessionId: string, signal?: AbortSignal): Promise<void> {
    await this.#patch(sessionId, { has_replay: true }, signal)
  }

  /** POST …/sessions/<id>/replay/. 400 is core's disk failing: worth another try, unlike any other 4xx. */
  async uploadReplay(
    sessionId: string,
    file: { path: string; bytes: number },
    signal?: AbortSignal,
  ): Promise<void> {
    const answer = await this.#core.send(
      {
        step: 'upload replay',
        method: 'POST',
        path: `/api/terminal/v1/sessions/${encodeURIComponent(sessionId)}/replay/`,
        auth: this.#auth,
        upload: multipartFile(file, `${sessionId}.replay.gz`),
      },
      signal,
    )
    if (answer.status === 201 || answer.status === 200) return
    const error = refusal(answer)
    throw answer.status === 400 ? new CoreError('CORE_UNAVAILABLE', 'unavailable', error) : error
  }

  /** PATCH /api/terminal/v1/tasks/<id>/. A task core no longer knows is done. */
  async finishTask(task: Task, signal?: AbortSignal): Promise<void> {
    const answer = await this.#core.send(
      {
        step: 'finish task',
        method: 'PATCH',
        path: `/api/terminal/v1/tasks/${encodeURIComponent(task.id)}/`,
        auth: this.#auth,
        body: { is_finished: true },
      },
      signal,
    )
    if (answer.status !== 200 && !(answer.status === 404 && answer.knownUrl)) throw refusal(answer)
  }

  async #patch(sessionId: string, body: Record<string, unknown>, signal?: AbortSignal): Promise<void> {
    const answer = await this.#core.send(
      {
        step: 'update session',
        method: 'PATCH',
        path: `/api/terminal/v1/sessions/${encodeURIComponent(sessionId)}/`,
        auth: this.#auth,
        body,
      },
      signal,
    )
    if (answer.status !== 200) throw refusal(answer)
  }
}

/** `protocol` is left out: core 1.5.2 refuses telnet. `org_id` is always there: 1.5.2 requires it, also when empty. */
const sessionBody = (session: SessionRecord): Record<string, unknown> => ({
  id: session.id,
  user: cutFilled(session.user, 128, '-'),
  asset: cutFilled(session.asset, 1024, '-'),
  org_id: session.orgId,
  system_user: cutFilled(session.systemUser, 128, '-'),
  login_from: session.loginFrom,
  remote_addr: sessionAddress(session.remoteAddr),
  is_finished: false,
  date_start: formatTime(session.dateStart),
  date_end: null,
})
