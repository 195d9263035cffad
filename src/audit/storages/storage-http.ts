import { createReadStream } from 'node:fs'
import type { Clock } from '../../base/clock.ts'
import { reasonOf } from '../../base/fault.ts'
import { type Agents, createAgents } from '../../core/agents.ts'
import { Deadline } from '../../core/deadline.ts'
import { exchange, type Reply } from '../../core/exchange.ts'
import { type Environment, proxyFor } from '../../core/proxy.ts'
import { silent } from './storage-error.ts'

/** A file that does not change any more. */
export interface StoredFile {
  readonly path: string
  readonly bytes: number
}

export interface StorageRequest {
  /** Of the storage, for errors. */
  readonly storage: string
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  /** `Content-Length` is set by its length. */
  readonly body?: string | StoredFile
}

export interface StorageHttpOptions {
  readonly clock: Clock
  /** HTTPS_PROXY and its like. */
  readonly environment: Environment
  readonly connectMs?: number
  /** ms without a byte moving after which a request is given up. */
  readonly stallMs?: number
}

const MOST_ANSWER = 10 * 1024 * 1024

/**
 * HTTP to storages other than core: a limit on stalling, not on the whole, since a replay may be large. Connections are
 * not kept: sessions end seldom, and an idle one may be dead without our knowing.
 */
export class StorageHttp implements Disposable {
  readonly #options: StorageHttpOptions
  readonly #agents: Agents

  constructor(options: StorageHttpOptions) {
    this.#options = options
    const { clock, connectMs = 5_000 } = options
    this.#agents = createAgents({ clock, connectMs, keepAlive: false })
  }

  [Symbol.dispose](): void {
    this.#agents[Symbol.dispose]()
  }

  /** Any answer, whatever its status. Throws StorageError `STORAGE_UNAVAILABLE` when there is none. */
  async send({ storage, method, url, headers, body }: StorageRequest, signal?: AbortSignal): Promise<Reply> {
    const { clock, environment, stallMs = 30_000 } = this.#options
    using deadline = new Deadline(clock, stallMs, signal)
    try {
      return await exchange(
        {
          method,
          url,
          headers: { 'User-Agent': 'cocod', ...headers, ...lengthOf(body) },
          body: typeof body === 'object' ? createReadStream(body.path, { end: body.bytes - 1 }) : body,
          agents: this.#agents,
          proxy: proxyFor(url.href, environment),
          mostBytes: MOST_ANSWER,
        },
        { signal: deadline.signal, progress: () => deadline.touch() },
      )
    } catch (error) {
      throw silent(storage, reasonOf(error), error)
    }
  }
}

const lengthOf = (body: StorageRequest['body']): Record<string, string> =>
  body === undefined
    ? {}
    : { 'Content-Length': String(typeof body === 'string' ? Buffer.byteLength(body) : body.bytes) }
