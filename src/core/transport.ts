import { Readable } from 'node:stream'
import axios, { type AxiosResponse, isAxiosError } from 'axios'
import { Backoff } from '../base/backoff.ts'
import { type Clock, sleep } from '../base/clock.ts'
import { reasonOf } from '../base/fault.ts'
import type { Secret } from '../base/secret.ts'
import { type Agents, createAgents } from './agents.ts'
import { type CoreAnswer, readAnswer, unusable } from './answer.ts'
import { CoreError } from './core-error.ts'
import { Deadline } from './deadline.ts'
import { type AccessKey, sign } from './sign.ts'

/** Who a request speaks for: nobody (logins), the registered terminal, or one that is about to register. */
export type CoreAuth =
  | { readonly kind: 'none' }
  | { readonly kind: 'key'; readonly key: AccessKey }
  | { readonly kind: 'bootstrap'; readonly token: Secret }

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
  #clockSkew: number | undefined

  constructor({ address, clock, ca, limits }: TransportOptions) {
    this.#base = new URL(address)
    this.address = address.replace(/\/+$/, '')
    this.#clock = clock
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

  /** One request on the wire. Nothing of axios gets out: its errors carry headers and bodies. */
  async #exchange(request: CoreRequest, url: URL, call: Call): Promise<Reply> {
    const body = request.upload ? watched(request.upload.open(), call.progress) : jsonBody(request.body)
    try {
      const sentAt = this.#clock.now()
      const response = await this.#axios(request, { url, body, signal: call.signal })
      this.#measureSkew(response, sentAt)
      return await this.#read(request, response, call)
    } catch (error) {
      if (error instanceof CoreError) throw error
      throw unusable(request.step, {
        message: `core at ${this.#base.host} did not answer: ${plainReason(call.signal, error)}`,
        cause: new Error(plainReason(call.signal, error)),
      })
    } finally {
      if (body instanceof Readable) body.destroy()
    }
  }

  #axios(
    { method, auth, upload, connection }: CoreRequest,
    { url, body, signal }: { url: URL; body: Readable | string | undefined; signal: AbortSignal },
  ): Promise<AxiosResponse<unknown>> {
    const agents = connection === 'own' || upload ? this.#own : this.#shared
    return axios.request<unknown>({
      adapter: 'http',
      url: url.href,
      method,
      headers: { ...this.#headers(auth), ...bodyHeaders(upload) },
      data: body,
      signal,
      httpAgent: agents.httpAgent,
      httpsAgent: agents.httpsAgent,
      // A proxy of the environment is for the web, not for core; and it would see the secrets.
      proxy: false,
      maxRedirects: 0,
      maxBodyLength: Number.POSITIVE_INFINITY,
      responseType: 'stream',
      validateStatus: () => true,
      transformRequest: (data: unknown) => data,
      transformResponse: (data: unknown) => data,
    })
  }

  #headers(auth: CoreAuth): Record<string, string> {
    const common = { Accept: 'application/json', 'Accept-Language': 'en', 'User-Agent': 'cocod' }
    switch (auth.kind) {
      case 'none':
        return common
      case 'bootstrap':
        return { ...common, Authorization: `BootstrapToken ${auth.token.reveal()}` }
      default:
        return { ...common, 'X-JMS-ORG': 'ROOT', ...sign(auth.key, this.#clock.now()) }
    }
  }

  async #read(request: CoreRequest, response: AxiosResponse<unknown>, call: Call): Promise<Reply> {
    const { data, status, headers } = response
    if (!(data instanceof Readable)) throw new Error('no body stream')
    const most = request.long ? this.#limits.longAnswerBytes : this.#limits.answerBytes
    const text = await readAll(data, { most, call })
    return {
      status,
      text,
      contentType: headerText(headers['content-type']),
      location: headerText(headers['location']),
    }
  }

  #measureSkew({ headers }: AxiosResponse<unknown>, sentAt: number): void {
    const said = Date.parse(headerText(headers['date']))
    // Core's Date has whole seconds: half a second is the best guess of what was cut off.
    if (!Number.isNaN(said)) this.#clockSkew = said + 500 - (sentAt + this.#clock.now()) / 2
  }
}

interface Call {
  readonly signal: AbortSignal
  /** To be called whenever bytes moved. */
  readonly progress: () => void
}

interface Reply {
  status: number
  text: string
  contentType: string
  location: string
}

const headerText = (value: unknown): string => (typeof value === 'string' ? value : '')

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

function watched(source: Readable, progress: () => void): Readable {
  source.on('data', progress)
  source.pause()
  return source
}

async function readAll(stream: Readable, { most, call }: { most: number; call: Call }): Promise<string> {
  const onAbort = (): void => void stream.destroy(new Error('ended'))
  call.signal.addEventListener('abort', onAbort, { once: true })
  try {
    if (call.signal.aborted) onAbort()
    const chunks: Buffer[] = []
    let bytes = 0
    for await (const chunk of stream) {
      if (!Buffer.isBuffer(chunk)) throw new Error('no bytes')
      call.progress()
      bytes += chunk.length
      if (bytes > most) throw new Error(`the answer is longer than ${most / MIB} MB`)
      chunks.push(chunk)
    }
    return Buffer.concat(chunks).toString('utf8')
  } finally {
    call.signal.removeEventListener('abort', onAbort)
    stream.destroy()
  }
}

/** Why, without anything of the request: an abort's reason, or the name and text of a socket's error. */
function plainReason(signal: AbortSignal, error: unknown): string {
  if (signal.aborted) return signal.reason instanceof Error ? signal.reason.message : 'the call was cancelled'
  if (isAxiosError(error) && error.message === '') return error.code ?? 'connection failed'
  return reasonOf(error)
}
