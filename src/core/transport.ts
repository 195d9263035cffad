import type { Readable } from 'node:stream'
import { Backoff } from '../base/backoff.ts'
import { type Clock, sleep } from '../base/clock.ts'
import { reasonOf } from '../base/fault.ts'
import type { Secret } from '../base/secret.ts'
import { unreachable } from '../base/unreachable.ts'
import { type Agents, createAgents } from './agents.ts'
import { type CoreAnswer, readAnswer, unusable } from './answer.ts'
import { CoreError } from './core-error.ts'
import { Deadline } from './deadline.ts'
import { type Call, exchange, NoAnswer, type Reply } from './exchange.ts'
import { type AccessKey, type SignedHeaders, sign } from './sign.ts'
import { tlsFailure } from './tls-failure.ts'

/** Who a request speaks for: nobody (logins), the registered terminal, or one that is about to register. */
export type CoreAuth =
  | { readonly kind: 'none' }
  | { readonly kind: 'key'; readonly key: AccessKey }
  | { readonly kind: 'bootstrap'; readonly token: Secret }
  /** A browser that logged in to Jumpserver's web pages. */
  | { readonly kind: 'cookie'; readonly cookie: Secret }
  /** A user, by the token of their login (core 0.4). */
  | { readonly kind: 'bearer'; readonly token: Secret }

/** A body that is streamed. `open` is called anew for each try. */
export interface Upload {
  readonly contentType: string
  readonly bytes: number
  open(): Readable
}

export interface CoreRequest {
  /** What is being done, for errors: `store commands`. */
  readonly step: string
  readonly method: 'GET' | 'POST' | 'PATCH'
  /** Absolute, ends in `/` (core loses the body of any other). */
  readonly path: `/${string}/`
  readonly query?: Readonly<Record<string, string | number>>
  readonly auth: CoreAuth
  /** Sent as JSON. */
  readonly body?: unknown
  readonly upload?: Upload
  /** A list that may be long: up to 256 MB, and a limit on stalling in place of the total one. */
  readonly long?: boolean
  /**
   * What an item of a long list becomes: the list is parsed item by item as it comes in, and `body` has what `each`
   * gave in place of the items. `list` is the name of the array the item is in, `` for the outermost.
   */
  readonly each?: (item: unknown, list: string) => unknown
  /** An ETag of core's, with its quotes: the answer may be a 304 without a body. */
  readonly ifNoneMatch?: string | undefined
  /** Further tries after `unavailable`, for what may be repeated. Default 0. */
  readonly retries?: number
  /** `own` for what must not be sent twice or must not queue: no reused connection, which may be dead. */
  readonly connection?: 'shared' | 'own'
}

/** One exchange with core. Throws CoreError `unavailable` for anything that is not an answer of core. */
export interface Core {
  /** As in CORE_HOST, without the last slash. */
  readonly address: string
  /** Core's clock less ours, in ms, from its last answer; undefined before the first. */
  readonly clockSkew: number | undefined
  send(request: CoreRequest, signal?: AbortSignal): Promise<CoreAnswer>
}

export interface TransportOptions {
  /** CORE_HOST: scheme, host, port, perhaps a prefix. */
  address: string
  clock: Clock
  /** PEM of a private authority. */
  ca?: string | undefined
  /** Through which core is reached. */
  proxy?: URL | undefined
  /** How requests with the access key are signed. Default: as core 1.x wants it. */
  signing?: ((key: AccessKey, now: number) => SignedHeaders) | undefined
  limits?: Partial<TransportLimits>
}

export interface TransportLimits {
  connectMs: number
  /** A whole call, retries and redirects included. */
  totalMs: number
  /** Nothing received or taken for this long, where there is no total limit. */
  stallMs: number
  answerBytes: number
  longAnswerBytes: number
}

const MIB = 1024 * 1024
const LIMITS: TransportLimits = {
  connectMs: 5_000,
  totalMs: 15_000,
  stallMs: 15_000,
  answerBytes: 10 * MIB,
  longAnswerBytes: 256 * MIB,
}
const MOST_REDIRECTS = 3

/** HTTP to core: signs each try, follows core's own redirects only, bounds time and size, and keeps secrets in. */
export class CoreTransport implements Core, Disposable {
  readonly address: string
  readonly #base: URL
  readonly #clock: Clock
  readonly #limits: TransportLimits
  readonly #shared: Agents
  readonly #own: Agents
  readonly #proxy: URL | undefined
  readonly #signing: (key: AccessKey, now: number) => SignedHeaders
  #clockSkew: number | undefined

  constructor({ address, clock, ca, proxy, limits, signing = sign }: TransportOptions) {
    this.#base = new URL(address)
    this.address = address.replace(/\/+$/, '')
    this.#clock = clock
    this.#proxy = proxy
    this.#signing = signing
    this.#limits = { ...LIMITS, ...limits }
    const { connectMs } = this.#limits
    this.#shared = createAgents({ clock, connectMs, ca, keepAlive: true })
    this.#own = createAgents({ clock, connectMs, ca, keepAlive: false })
  }

  get clockSkew(): number | undefined {
    return this.#clockSkew
  }

  /** Closes the connections to core; calls in flight fail. */
  [Symbol.dispose](): void {
    this.#shared[Symbol.dispose]()
    this.#own[Symbol.dispose]()
  }

  async send(request: CoreRequest, signal?: AbortSignal): Promise<CoreAnswer> {
    const stalls = request.long === true || request.upload !== undefined
    using deadline = new Deadline(this.#clock, stalls ? this.#limits.stallMs : this.#limits.totalMs, signal)
    const progress = (): void => (stalls ? deadline.touch() : undefined)
    const pauses = new Backoff({ first: 200, most: 2_000 })
    for (let left = request.retries ?? 0; ; left -= 1) {
      try {
        return await this.#follow(request, { signal: deadline.signal, progress })
      } catch (error) {
        const again = error instanceof CoreError && error.kind === 'unavailable' && left > 0
        if (!again || !(await sleep(this.#clock, pauses.next(), deadline.signal))) throw error
      }
    }
  }

  async #follow(request: CoreRequest, call: Call): Promise<CoreAnswer> {
    let url = this.#urlOf(request)
    for (let hops = 0; hops <= MOST_REDIRECTS; hops += 1) {
      const reply = await this.#exchange(request, url, call)
      if (!isRedirect(reply.status)) return readAnswer(request.step, reply)
      url = redirectTarget(request.step, url, reply)
    }
    throw unusable(request.step, { message: `core redirects more than ${MOST_REDIRECTS} times` })
  }

  #urlOf({ path, query }: CoreRequest): URL {
    const url = new URL(this.address + path)
    for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, String(value))
    return url
  }

  async #exchange(request: CoreRequest, url: URL, call: Call): Promise<Reply> {
    const { method, auth, upload, connection, long, each, ifNoneMatch } = request
    const sentAt = this.#clock.now()
    try {
      const reply = await exchange(
        {
          method,
          url,
          headers: {
            ...this.#headers(auth),
            ...bodyHeaders(upload),
            ...(ifNoneMatch === undefined ? {} : { 'If-None-Match': ifNoneMatch }),
          },
          body: upload ? upload.open() : jsonBody(request.body),
          proxy: this.#proxy,
          agents: connection === 'own' || upload ? this.#own : this.#shared,
          mostBytes: long ? this.#limits.longAnswerBytes : this.#limits.answerBytes,
          each,
        },
        call,
      )
      this.#measureSkew(reply, sentAt)
      return reply
    } catch (cause) {
      throw unusable(request.step, { message: this.#noAnswer(cause), cause })
    }
  }

  #noAnswer(cause: unknown): string {
    const { host, hostname } = this.#base
    const through = this.#proxy ? ` through the proxy ${this.#proxy.host}` : ''
    const tls = cause instanceof NoAnswer && tlsFailure(cause, hostname, this.#clock.now())
    return tls
      ? `no TLS connection with core at ${host}${through}: ${tls}`
      : `core at ${host}${through} did not answer: ${reasonOf(cause)}`
  }

  #headers(auth: CoreAuth): Record<string, string> {
    const common = { Accept: 'application/json', 'Accept-Language': 'en', 'User-Agent': 'cocod' }
    switch (auth.kind) {
      case 'none':
        return common
      case 'bootstrap':
        return { ...common, Authorization: `BootstrapToken ${auth.token.reveal()}` }
      case 'cookie':
        return { ...common, Cookie: auth.cookie.reveal() }
      case 'bearer':
        return { ...common, Authorization: `Bearer ${auth.token.reveal()}` }
      case 'key':
        return { ...common, 'X-JMS-ORG': 'ROOT', ...this.#signing(auth.key, this.#clock.now()) }
      default:
        return unreachable(auth)
    }
  }

  #measureSkew({ date }: Reply, sentAt: number): void {
    // Core's Date has whole seconds: half a second is the best guess of what was cut off.
    if (!Number.isNaN(date)) this.#clockSkew = date + 500 - (sentAt + this.#clock.now()) / 2
  }
}

const jsonBody = (body: unknown): string | undefined =>
  body === undefined ? undefined : JSON.stringify(body)

// Also on GET: it decides whether core's error pages are JSON.
const bodyHeaders = (upload: Upload | undefined): Record<string, string> =>
  upload
    ? { 'Content-Type': upload.contentType, 'Content-Length': String(upload.bytes) }
    : { 'Content-Type': 'application/json' }

const isRedirect = (status: number): boolean => status > 300 && status < 400 && status !== 304

/** Core 1.5.2 sends 307 from its old permission paths. Anywhere else a redirect would carry our signature away. */
function redirectTarget(step: string, from: URL, { status, location }: Reply): URL {
  const to = parseUrl(location, from)
  if ((status === 307 || status === 308) && to?.origin === from.origin && to.pathname.endsWith('/')) return to
  const where = to ? `${to.origin}${to.pathname}` : 'nowhere'
  throw unusable(step, {
    status,
    message: `core redirects (${status}) from ${from.origin}${from.pathname} to ${where}: refused`,
  })
}

function parseUrl(text: string, base: URL): URL | undefined {
  return text !== '' && URL.canParse(text, base.href) ? new URL(text, base) : undefined
}
