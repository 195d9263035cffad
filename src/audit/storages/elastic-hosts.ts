import type { Secret } from '../../base/secret.ts'
import type { Reply } from '../../core/exchange.ts'
import { refusedBy, StorageError, silent } from './storage-error.ts'
import type { StorageHttp, StorageRequest } from './storage-http.ts'

export interface ElasticRequest {
  readonly method: StorageRequest['method']
  readonly path: `/${string}`
  readonly body?: string
  /** Default: JSON. */
  readonly contentType?: string
}

/** The addresses of one cluster: the one that answered last is asked first, and the next when it does not. */
export class ElasticHosts {
  readonly #name: string
  readonly #http: StorageHttp
  readonly #hosts: readonly Secret[]
  #first = 0

  constructor(hosts: readonly Secret[], { name, http }: { name: string; http: StorageHttp }) {
    this.#hosts = hosts
    this.#name = name
    this.#http = http
  }

  /** Any answer but one of a node that is not well (5xx). Throws the StorageError of the host asked last. */
  async send(request: ElasticRequest, signal?: AbortSignal): Promise<Reply> {
    const first = this.#first
    let failure = silent(this.#name, 'it has no address')
    for (let n = 0; n < this.#hosts.length; n += 1) {
      const index = (first + n) % this.#hosts.length
      try {
        const reply = await this.#ask(this.#hosts[index]?.reveal() ?? '', request, signal)
        if (reply.status < 500) {
          this.#first = index
          return reply
        }
        failure = refusedBy(this.#name, reply.status, reply.text)
      } catch (error) {
        if (!(error instanceof StorageError) || signal?.aborted) throw error
        failure = error
      }
    }
    throw failure
  }

  #ask(
    host: string,
    { method, path, body, contentType }: ElasticRequest,
    signal?: AbortSignal,
  ): Promise<Reply> {
    const { origin, pathname, username, password } = new URL(host)
    const url = new URL(`${origin}${pathname.replace(/\/+$/, '')}${path}`)
    const headers = {
      Accept: 'application/json',
      ...(username !== '' && { Authorization: basic(username, password) }),
      ...(body !== undefined && { 'Content-Type': contentType ?? 'application/json' }),
    }
    return this.#http.send(
      { storage: this.#name, method, url, headers, ...(body !== undefined && { body }) },
      signal,
    )
  }
}

/** RFC 7617. In an address both are percent-encoded. */
const basic = (name: string, password: string): string =>
  `Basic ${Buffer.from(`${decodeURIComponent(name)}:${decodeURIComponent(password)}`).toString('base64')}`
