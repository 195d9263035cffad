import express, { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import type { AppService } from '../core/app-service.ts'
import type { Asset } from '../core/model.ts'
import { say, sayFault } from '../i18n/i18n.ts'
import type { Log } from '../log.ts'
import { usableAccounts } from '../menu/accounts.ts'
import type { Catalogues } from '../menu/catalogues.ts'
import { Catalogue } from '../menu/search.ts'
import { seesAll } from '../session/guests.ts'
import { handled } from './answers.ts'
import type { Caller, Callers } from './callers.ts'
import type { Csrf } from './csrf.ts'
import { type Identities, type Visitor, type VisitorOptions, visitorOf } from './visitor.ts'
import { WebError } from './web-error.ts'

export interface ApiParts extends VisitorOptions {
  readonly core: Pick<AppService, 'assets' | 'nodes' | 'nodeAssets'>
  readonly identities: Identities
  readonly csrf: Csrf
  readonly callers: Callers
  /** Those of the menu: who uses both doors has one. */
  readonly catalogues: Catalogues
  /** Where to log in when it is not here; undefined: here. */
  readonly loginElsewhere: string | undefined
  readonly log: Log
}

const MOST_LISTED = 200
const Query = z.object({
  q: z.string().max(256).default(''),
  node: z.string().max(64).optional(),
  offset: z.coerce.number().int().min(0).catch(0),
  fresh: z.literal('1').optional(),
})

/** What our own page asks by HTTP. Everything here wants a login; `Callers` looks for it (S23). */
export class Api {
  readonly #parts: ApiParts

  constructor(parts: ApiParts) {
    this.#parts = parts
  }

  get router(): Router {
    const router = Router()
    router.use(express.json({ limit: '64kb' }))
    router.use((_request, response, next) => {
      response.setHeader('Cache-Control', 'no-store')
      next()
    })
    router.get(
      '/session',
      handled((request, response) => this.#session(request, response)),
    )
    router.get(
      '/assets',
      this.route(async (caller, request) => this.#assets(caller, request)),
    )
    router.get(
      '/nodes',
      this.route(async (caller) => this.#nodes(caller)),
    )
    return router
  }

  /** A route for people who are logged in, whose answer is JSON. */
  route(handle: (caller: Caller, request: Request) => Promise<unknown>) {
    return handled(async (request, response) => {
      const visitor = visitorOf(request, this.#parts)
      try {
        const changes = request.method !== 'GET'
        const caller = await this.#parts.callers.caller(request, response, { changes })
        response.json(await handle(caller, request))
      } catch (error) {
        this.refuse(response, visitor, error)
      }
    })
  }

  /** Who is at this browser; 401 with the way to log in when it is nobody. */
  async #session(request: Request, response: Response): Promise<void> {
    const { identities, csrf, loginElsewhere } = this.#parts
    const visitor = visitorOf(request, this.#parts)
    try {
      const identity = await identities.identify(visitor, AbortSignal.timeout(IDENTIFY_MS))
      if (!identity) return void response.status(401).json({ login: loginElsewhere ?? null })
      const { name, username } = identity.principal.user
      response.json({
        name,
        username,
        admin: identity.admin,
        reads: seesAll(identity.principal.user),
        csrf: csrf.tokenFor(identity),
      })
    } catch (error) {
      this.refuse(response, visitor, error)
    }
  }

  async #assets({ identity, signal }: Caller, request: Request): Promise<unknown> {
    const { core } = this.#parts
    const { q, node, offset, fresh } = Query.parse(request.query)
    const { user } = identity.principal
    const assets =
      node === undefined
        ? await core.assets(user, { signal, fresh: fresh === '1' })
        : await core.nodeAssets(user, node, signal)
    // Each letter typed asks again: the whole list is put in order once, a group's is small.
    const catalogue =
      node === undefined
        ? await this.#parts.catalogues.of(user.id, assets, 'hostname')
        : await Catalogue.of(assets)
    const { rows } = await catalogue.search(q, { signal })
    const page = catalogue.at(rows.subarray(offset, offset + MOST_LISTED))
    return { total: rows.length, assets: page.map(shownAsset) }
  }

  async #nodes({ identity, signal }: Caller): Promise<unknown> {
    const nodes = await this.#parts.core.nodes(identity.principal.user, signal)
    return nodes.map(({ id, key, name, assetsAmount }) => ({
      id,
      depth: key.length,
      name,
      assets: assetsAmount,
    }))
  }

  /** Tells in words why there is no answer. */
  refuse(response: Response, { language }: Visitor, error: unknown): void {
    const { log } = this.#parts
    if (error instanceof z.ZodError) {
      return void response.status(400).json({ text: say(language, 'web.malformed') })
    }
    const status = isNobody(error) ? 401 : isMissing(error) ? 404 : 503
    log.info({ err: error }, 'a request of a page failed')
    if (!response.headersSent) response.status(status).json({ text: sayFault(language, error) })
  }
}

const IDENTIFY_MS = 20_000

const isNobody = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'WEB_NOBODY'

const isMissing = (error: unknown): boolean =>
  error instanceof WebError && (error.code === 'WEB_NO_SESSION' || error.code === 'WEB_NO_RECORD')

const shownAsset = (asset: Asset) => ({
  id: asset.id,
  name: asset.hostname,
  address: asset.ip,
  comment: asset.comment,
  accounts: usableAccounts(asset).map(({ id, name, username, priority }) => ({
    id,
    name: username || name,
    priority,
  })),
})
