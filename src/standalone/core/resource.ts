import express, { type Express, type NextFunction, type Request, type Response } from 'express'
import { z } from 'zod'
import type { Log } from '../../log.ts'
import type { Authenticate, Caller, Refused } from './authentication.ts'

/** An answer; `body` undefined: the handler has answered itself. */
export interface Reply {
  readonly status: number
  readonly body: unknown
}

export const NOT_FOUND: Reply = { status: 404, body: { detail: 'Not found.' } }
export const FORBIDDEN: Reply = {
  status: 403,
  body: { detail: 'You do not have permission to perform this action.' },
}
const SERVER_ERROR: Reply = { status: 500, body: { error: 'Server internal error' } }
const BODY_LIMIT = '32mb'

/** One call, after authentication. */
export interface Call<Who extends Caller = Caller> {
  readonly caller: Who
  /** UUIDs of the path. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** Parsed JSON; `{}` when there was none. */
  readonly body: unknown
  readonly request: Request
  readonly response: Response
}

type Handler<Who extends Caller> = (call: Call<Who>) => Reply | Promise<Reply>
type Method = 'GET' | 'POST' | 'PATCH'

/** One path of the API. `:name` parts are UUIDs; anything else there is another path. */
export type Resource = {
  readonly path: string
  /** The method whose body is not JSON and is read by its handler. */
  readonly ownBody?: Method
} & (
  | { readonly access: 'open'; readonly methods: Partial<Record<Method, Handler<Caller>>> }
  | {
      readonly access: 'authenticated'
      readonly methods: Partial<Record<Method, Handler<Exclude<Caller, { kind: 'nobody' }>>>>
    }
  | {
      readonly access: 'terminal'
      readonly methods: Partial<Record<Method, Handler<Extract<Caller, { kind: 'terminal' }>>>>
    }
)

interface Serving {
  readonly authenticate: Authenticate
  readonly log: Log
}

/**
 * Serves a resource as Django REST framework would: authentication comes first, then the method, then the body; a
 * path without its last slash is redirected.
 */
export function serve(app: Express, resource: Resource, serving: Serving): void {
  const answer = (request: Request, response: Response, next: NextFunction): void => {
    if (!Object.values(request.params).every(isUuid)) {
      next()
      return
    }
    respond(resource, { request, response }, serving).catch((fault: unknown) => {
      serving.log.error({ err: fault, method: request.method, path: resource.path }, 'embedded core failed')
      send(response, SERVER_ERROR)
    })
  }
  app.all(resource.path, answer)
  app.all(resource.path.slice(0, -1), (request, response, next) => {
    if (!Object.values(request.params).every(isUuid)) {
      next()
      return
    }
    const [path, query] = request.originalUrl.split('?', 2)
    response.redirect(301, `${path}/${query === undefined ? '' : `?${query}`}`)
  })
}

const isUuid = (value: unknown): boolean =>
  typeof value === 'string' && /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/.test(value)

interface Exchange {
  readonly request: Request
  readonly response: Response
}

async function respond(resource: Resource, exchange: Exchange, { authenticate }: Serving): Promise<void> {
  const { request, response } = exchange
  const caller = authenticate(request)
  if (caller.kind === 'refused') return send(response, refusal(caller))
  if (resource.access !== 'open' && caller.kind === 'nobody') {
    return send(
      response,
      refusal({ kind: 'refused', detail: 'Authentication credentials were not provided.' }),
    )
  }
  if (resource.access === 'terminal' && caller.kind !== 'terminal') return send(response, FORBIDDEN)
  const method = request.method === 'HEAD' ? 'GET' : request.method
  if (!isMethod(method) || !resource.methods[method]) {
    return send(response, { status: 405, body: { detail: `Method "${request.method}" not allowed.` } })
  }
  const body = resource.ownBody === method ? undefined : await readBody(exchange)
  if (body instanceof BadBody) return send(response, body.reply)
  const params = z.record(z.string(), z.string()).parse({ ...request.params })
  const query = new URL(request.originalUrl, 'http://core').searchParams
  send(response, await dispatch(resource, method, { caller, params, query, body, ...exchange }))
}

async function dispatch(resource: Resource, method: Method, call: Call): Promise<Reply> {
  const { caller } = call
  if (resource.access === 'open') return (await resource.methods[method]?.(call)) ?? SERVER_ERROR
  if (resource.access === 'terminal' && caller.kind === 'terminal') {
    return (await resource.methods[method]?.({ ...call, caller })) ?? SERVER_ERROR
  }
  if (resource.access === 'authenticated' && caller.kind !== 'nobody') {
    return (await resource.methods[method]?.({ ...call, caller })) ?? SERVER_ERROR
  }
  return SERVER_ERROR
}

const isMethod = (method: string): method is Method => ['GET', 'POST', 'PATCH'].includes(method)

const refusal = ({ detail }: Refused): Reply => ({ status: 403, body: { detail } })

function send(response: Response, { status, body }: Reply): void {
  if (response.headersSent || response.destroyed || body === undefined) return
  response.status(status).json(body)
}

class BadBody {
  readonly reply: Reply

  constructor(reply: Reply) {
    this.reply = reply
  }
}

const parseJson = express.json({ limit: BODY_LIMIT, strict: false, type: () => true })
const MISSING_FILENAME =
  'Missing filename. Request should include a Content-Disposition header with a filename parameter.'

async function readBody({ request, response }: Exchange): Promise<unknown> {
  if (!hasBody(request)) return {}
  if (!request.is('json')) return new BadBody({ status: 400, body: { detail: MISSING_FILENAME } })
  const fault = await new Promise<unknown>((resolve) => parseJson(request, response, resolve))
  if (fault === undefined) return request.body ?? {}
  const { type, message } = z.object({ type: z.string().optional(), message: z.string() }).parse(fault)
  if (type === 'entity.too.large')
    return new BadBody({ status: 413, body: { detail: 'Request body too large.' } })
  return new BadBody({ status: 400, body: { detail: `JSON parse error - ${message}` } })
}

const hasBody = ({ headers }: Request): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

/** A list, or with a positive `?limit=` one page of it. */
export function listReply<T>(
  { request, query }: Call,
  items: readonly T[],
  show: (item: T) => unknown,
): Reply {
  const limit = positive(query.get('limit'))
  if (limit === undefined) return { status: 200, body: items.map(show) }
  const offset = positive(query.get('offset')) ?? 0
  const link = (to: number): string => {
    const url = new URL(request.originalUrl, `http://${request.headers.host ?? '127.0.0.1'}`)
    url.searchParams.set('limit', String(limit))
    if (to > 0) url.searchParams.set('offset', String(to))
    else url.searchParams.delete('offset')
    return url.href
  }
  const page = {
    count: items.length,
    next: offset + limit < items.length ? link(offset + limit) : null,
    previous: offset > 0 ? link(Math.max(0, offset - limit)) : null,
    results: items.slice(offset, offset + limit).map(show),
  }
  return { status: 200, body: page }
}

const positive = (value: string | null): number | undefined =>
  value !== null && /^\d{1,9}$/.test(value) && Number(value) > 0 ? Number(value) : undefined
