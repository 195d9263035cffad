import { Readable } from 'node:stream'
import axios, { isAxiosError } from 'axios'
import { reasonOf } from '../base/fault.ts'
import type { Agents } from './agents.ts'

export interface ExchangeInit {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: Readable | string | undefined
  readonly agents: Agents
  /** Longest answer, in bytes, after decompression. */
  readonly mostBytes: number
}

export interface Call {
  readonly signal: AbortSignal
  /** To be called whenever bytes moved. */
  readonly progress: () => void
}

export interface Reply {
  readonly status: number
  readonly text: string
  readonly contentType: string
  readonly location: string
  /** Core's Date header, ms since the epoch; NaN without one. */
  readonly date: number
}

/**
 * One request on the wire and its whole answer, whatever its status; redirects are not followed. Throws a plain Error
 * that says why there was none: an error of axios carries the request's headers and body, and does not get out.
 */
export async function exchange(init: ExchangeInit, call: Call): Promise<Reply> {
  const { body } = init
  if (body instanceof Readable) watch(body, call.progress)
  try {
    const { data, status, headers } = await send(init, call.signal)
    if (!(data instanceof Readable)) throw new Error('no body stream')
    const text = await readAll(data, init.mostBytes, call)
    return {
      status,
      text,
      contentType: headerText(headers['content-type']),
      location: headerText(headers['location']),
      date: Date.parse(headerText(headers['date'])),
    }
  } catch (error) {
    throw new Error(plainReason(call.signal, error))
  } finally {
    if (body instanceof Readable) body.destroy()
  }
}

const send = ({ method, url, headers, body, agents }: ExchangeInit, signal: AbortSignal) =>
  axios.request<unknown>({
    adapter: 'http',
    url: url.href,
    method,
    headers,
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

const headerText = (value: unknown): string => (typeof value === 'string' ? value : '')

/** Tells of each piece that is taken; the stream stays paused until somebody takes it. */
function watch(source: Readable, progress: () => void): void {
  source.on('data', progress)
  source.pause()
}

async function readAll(stream: Readable, mostBytes: number, call: Call): Promise<string> {
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
      if (bytes > mostBytes) throw new Error(`the answer is longer than ${mostBytes / 1024 / 1024} MB`)
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
