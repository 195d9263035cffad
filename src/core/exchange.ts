import { Readable } from 'node:stream'
import axios, { isAxiosError } from 'axios'
import { reasonOf } from '../base/fault.ts'
import type { Agents } from './agents.ts'
import { isJson } from './answer.ts'
import { type ListBodyInit, readListBody } from './list-body.ts'

export interface ExchangeInit {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: Readable | string | undefined
  readonly agents: Agents
  readonly proxy?: URL | undefined
  /** Longest answer, in bytes, after decompression. */
  readonly mostBytes: number
  /** Parses the body of a 200 as a list, item by item, as it comes in. */
  readonly each?: ListBodyInit['each'] | undefined
}

export interface Call {
  readonly signal: AbortSignal
  /** To be called whenever bytes moved. */
  readonly progress: () => void
}

export interface Reply {
  readonly status: number
  readonly text: string
  /** In place of `text`, where the items were to be given to `each`. */
  readonly body?: { readonly value: unknown }
  readonly contentType: string
  readonly location: string
  /** With its quotes; empty without one. */
  readonly etag: string
  /** Core's Date header, ms since the epoch; NaN without one. */
  readonly date: number
}

/** No answer, and why, without anything of the request. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
  /** Of the system's or TLS's error: `ECONNREFUSED`, `CERT_HAS_EXPIRED`. */
  readonly code: string | undefined
  /** Names of the certificate that was refused for them: `DNS:core.example.com, IP Address:10.0.0.1`. */
  readonly certificateNames: string | undefined

  constructor(message: string, error: unknown) {
    super(message)
    this.code = isAxiosError(error) ? error.code : undefined
    this.certificateNames = isAxiosError(error) ? certificateNames(error.cause) : undefined
  }
}

/**
 * One request on the wire and its whole answer, whatever its status; redirects are not followed. Throws NoAnswer,
 * which says why there was none: an error of axios carries the request's headers and body, and does not get out.
 */
export async function exchange(init: ExchangeInit, call: Call): Promise<Reply> {
  const { body } = init
  if (body instanceof Readable) watch(body, call.progress)
  try {
    const { data, status, headers } = await send(init, call.signal)
    if (!(data instanceof Readable)) throw new Error('no body stream')
    const contentType = headerText(headers['content-type'])
    const read = init.each && status === 200 && isJson(contentType) ? readList : readText
    return {
      status,
      contentType,
      ...(await untilAborted(data, call, () => read(data, init, call))),
      etag: headerText(headers['etag']),
      location: headerText(headers['location']),
      date: Date.parse(headerText(headers['date'])),
    }
  } catch (error) {
    throw new NoAnswer(plainReason(call.signal, error), error)
  } finally {
    if (body instanceof Readable) body.destroy()
  }
}

const send = ({ method, url, headers, body, agents, proxy }: ExchangeInit, signal: AbortSignal) =>
  axios.request<unknown>({
    adapter: 'http',
    url: url.href,
    method,
    headers,
    data: body,
    signal,
    httpAgent: agents.httpAgent,
    httpsAgent: agents.httpsAgent,
    // Given from outside: axios is not to look into the environment by itself.
    proxy: proxy ? proxyOptions(proxy) : false,
    maxRedirects: 0,
    maxBodyLength: Number.POSITIVE_INFINITY,
    responseType: 'stream',
    validateStatus: () => true,
    transformRequest: (data: unknown) => data,
    transformResponse: (data: unknown) => data,
  })

function proxyOptions({ protocol, hostname, port, username, password }: URL) {
  const auth = { username: decodeURIComponent(username), password: decodeURIComponent(password) }
  return {
    protocol: protocol.slice(0, -1),
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port) || (protocol === 'https:' ? 443 : 80),
    ...(username !== '' && { auth }),
  }
}

function certificateNames(cause: unknown): string | undefined {
  if (!(cause instanceof Error) || !('cert' in cause)) return undefined
  const { cert } = cause
  if (typeof cert !== 'object' || cert === null || !('subjectaltname' in cert)) return undefined
  return typeof cert.subjectaltname === 'string' ? cert.subjectaltname : undefined
}

const headerText = (value: unknown): string => (typeof value === 'string' ? value : '')

/** Tells of each piece that is taken; the stream stays paused until somebody takes it. */
function watch(source: Readable, progress: () => void): void {
  source.on('data', progress)
  source.pause()
}

/** Destroys the stream when the call is aborted, and in any case at the end. */
async function untilAborted<T>(stream: Readable, call: Call, read: () => Promise<T>): Promise<T> {
  const onAbort = (): void => void stream.destroy(new Error('ended'))
  call.signal.addEventListener('abort', onAbort, { once: true })
  try {
    if (call.signal.aborted) onAbort()
    return await read()
  } finally {
    call.signal.removeEventListener('abort', onAbort)
    stream.destroy()
  }
}

type Read = Pick<Reply, 'text' | 'body'>

async function readList(
  stream: Readable,
  { mostBytes, each = (item) => item }: ExchangeInit,
  { progress }: Call,
): Promise<Read> {
  const value = await readListBody(stream, { mostBytes, each, onBytes: progress })
  return { text: '', body: { value } }
}

async function readText(stream: Readable, { mostBytes }: ExchangeInit, call: Call): Promise<Read> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of stream) {
    if (!Buffer.isBuffer(chunk)) throw new Error('no bytes')
    call.progress()
    bytes += chunk.length
    if (bytes > mostBytes) throw new Error(`the answer is longer than ${mostBytes / 1024 / 1024} MB`)
    chunks.push(chunk)
  }
  return { text: Buffer.concat(chunks).toString('utf8') }
}

/** Why, without anything of the request: an abort's reason, or the name and text of a socket's error. */
function plainReason(signal: AbortSignal, error: unknown): string {
  if (signal.aborted) return signal.reason instanceof Error ? signal.reason.message : 'the call was cancelled'
  if (isAxiosError(error) && error.message === '') return error.code ?? 'connection failed'
  return reasonOf(error)
}
