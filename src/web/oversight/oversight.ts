import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import { shortId } from '../../audit/catalogue.ts'
import { auditEvent, type Log } from '../../log.ts'
import { type SessionGuests, seesAll } from '../../session/guests.ts'
import type { RunningSession, SessionRegistry } from '../../session/registry.ts'
import { handled } from '../answers.ts'
import type { Api } from '../api.ts'
import type { Caller, Callers } from '../callers.ts'
import { WebError } from '../web-error.ts'
import { isNoRecord, type Records } from './records.ts'

/** What the daemon gives for looking at other people's sessions. */
export interface OversightParts {
  readonly guests: Pick<SessionGuests, 'visibleTo' | 'mayType' | 'share' | 'show' | 'byCode'>
  readonly registry: Pick<SessionRegistry, 'end' | 'ended'>
  readonly records: Records
}

export interface OversightDeps extends OversightParts {
  readonly callers: Callers
  readonly api: Pick<Api, 'route' | 'refuse'>
  readonly log: Log
}

/** One line, as people type it. */
const Words = z
  .string()
  .trim()
  .max(200)
  .regex(/^\P{Cc}*$/u)
const End = z.object({ reason: Words.default('') })
const Share = z.object({
  types: z.boolean(),
  users: z.array(Words.min(1)).max(100).default([]),
  minutes: z
    .number()
    .min(1)
    .max(24 * 60),
})
const Query = z.object({ q: z.string().max(256).default('') })

/**
 * Sessions that run and sessions that were: who may see them, end them, invite others, and read their records. Reading a
 * record is an event for auditors itself.
 */
export class Oversight {
  readonly #deps: OversightDeps

  constructor(deps: OversightDeps) {
    this.#deps = deps
  }

  get router(): Router {
    const { api } = this.#deps
    const router = Router()
    router.get(
      '/live',
      api.route(async (caller) => this.#live(caller)),
    )
    router.post(
      '/live/:id/end',
      api.route((caller, request) => this.#end(caller, request)),
    )
    router.post(
      '/live/:id/share',
      api.route(async (caller, request) => this.#share(caller, request)),
    )
    router.get(
      '/records',
      api.route((caller, request) => this.#list(caller, request)),
    )
    router.get(
      '/records/:id/commands',
      api.route((caller, request) => this.#commands(caller, request)),
    )
    router.get(
      '/records/:id/recording',
      handled((request, response) => this.#recording(request, response)),
    )
    return router
  }

  #live({ identity }: Caller): unknown {
    const { user } = identity.principal
    const { guests } = this.#deps
    return guests.visibleTo(user).map((each) => ({ ...shown(each), mayType: guests.mayType(user, each) }))
  }

  async #end(caller: Caller, request: Request): Promise<unknown> {
    const { registry, log } = this.#deps
    const { reason } = End.parse(request.body)
    const { id } = this.#own(caller, request)
    const by = caller.identity.principal.user.username
    registry.end(id, { kind: 'killed', by, reason: reason || undefined })
    auditEvent(log, 'session-kill', { session: id, by, reason }, 'session ended by an order from the web')
    await registry.ended(id)
    return { ended: id }
  }

  #share(caller: Caller, request: Request): unknown {
    const { guests, log } = this.#deps
    const { types, users, minutes } = Share.parse(request.body)
    const session = this.#own(caller, request)
    const { user } = caller.identity.principal
    const { code } = guests.share(user, session, { types, users, forMs: minutes * 60_000 })
    const facts = { session: session.id, by: user.username, types, users: users.join(','), minutes }
    auditEvent(log, 'session-share', facts, 'a session is shared')
    return { code }
  }

  async #list(caller: Caller, request: Request): Promise<unknown> {
    readsRecords(caller)
    return await this.#deps.records.list(Query.parse(request.query).q, caller.signal)
  }

  async #commands(caller: Caller, request: Request): Promise<unknown> {
    return await this.#deps.records.commands(this.#reads(caller, request, 'commands'))
  }

  async #recording(request: Request, response: Response): Promise<void> {
    const { callers, api, records } = this.#deps
    try {
      const caller = await callers.caller(request, response, { changes: false })
      const recording = await records.recording(this.#reads(caller, request, 'play'))
      if (!recording) throw noRecord()
      response.set({ 'Content-Type': 'application/x-asciicast', 'Cache-Control': 'no-store' })
      await pipeline(Readable.from(recording), response)
    } catch (error) {
      if (response.headersSent) response.destroy()
      else api.refuse(response, callers.visitor(request), isNoRecord(error) ? noRecord() : error)
    }
  }

  #reads(caller: Caller, request: Request, act: 'play' | 'commands'): string {
    readsRecords(caller)
    const id = String(request.params['id'])
    const by = caller.identity.principal.user.username
    auditEvent(this.#deps.log, 'replay-read', { act, session: id, by }, 'a record was read')
    return id
  }

  /** A session this person may type in, and so end and share. Another one is none. */
  #own({ identity }: Caller, request: Request): RunningSession {
    const { guests } = this.#deps
    const { user } = identity.principal
    const session = guests.visibleTo(user).find(({ id }) => id === request.params['id'])
    if (session && guests.mayType(user, session)) return session
    throw noSession()
  }
}

function readsRecords({ identity }: Caller): void {
  if (!seesAll(identity.principal.user)) throw noRecord()
}

const shown = ({ id, principal, target, startedAt, activity, live }: RunningSession) => ({
  ...{ id, shortId: shortId(id), user: principal.user.username, name: principal.user.name },
  account: activity.account ?? target.systemUser.username,
  asset: target.asset.hostname,
  remoteAddr: principal.remoteAddr,
  from: principal.loginFrom,
  startedAt,
  idleMs: Math.round(activity.idleMs),
  onlookers: live.onlookers.map(({ name, types }) => ({ name, types })),
})

export const noSession = (): WebError =>
  new WebError('WEB_NO_SESSION', {
    step: 'look at a session',
    message: 'the session does not run any more, or is not this person’s to see or change',
    next: 'load the list again',
  })

const noRecord = (): WebError =>
  new WebError('WEB_NO_RECORD', {
    step: 'read a record',
    message: 'there is no such record here, or it is not this person’s to read',
    next: 'ask an administrator or auditor',
  })
