import type { Clock } from '../../base/clock.ts'
import type { ReplayStorage } from '../../core/model.ts'
import type { ObjectStore } from './object-store.ts'
import { objectUrl } from './object-url.ts'
import { signOldOss, signOss } from './signatures.ts'
import { reasonInXml, refusedBy } from './storage-error.ts'
import type { StorageHttp, StoredFile } from './storage-http.ts'

type Oss = Extract<ReplayStorage, { type: 'oss' }>

const DEFAULT_ENDPOINT = 'https://oss-cn-hangzhou.aliyuncs.com'

/** Alibaba Cloud's OSS by its own API: PutObject and DeleteObject. */
export class OssStore implements ObjectStore {
  readonly name: string
  readonly #storage: Oss
  readonly #http: StorageHttp
  readonly #clock: Clock

  constructor(storage: Oss, { name, http, clock }: { name: string; http: StorageHttp; clock: Clock }) {
    this.name = name
    this.#storage = storage
    this.#http = http
    this.#clock = clock
  }

  async put(object: string, file: StoredFile, signal?: AbortSignal): Promise<void> {
    await this.#send('PUT', object, file, signal)
  }

  async remove(object: string, signal?: AbortSignal): Promise<void> {
    await this.#send('DELETE', object, undefined, signal)
  }

  async #send(
    method: 'PUT' | 'DELETE',
    object: string,
    body: StoredFile | undefined,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { bucket, endpoint = DEFAULT_ENDPOINT } = this.#storage
    const url = objectUrl(endpoint, bucket, object)
    const signable = { method, url, headers: body ? { 'content-type': 'application/gzip' } : {} }
    const resource = { path: `/${bucket}/${object}`, now: this.#clock.now() }
    const region = ossRegion(endpoint)
    const headers =
      region === undefined
        ? signOldOss(signable, this.#storage, resource)
        : signOss(signable, { ...this.#storage, region }, resource)
    const request = { storage: this.name, method, url, headers, ...(body && { body }) }
    const { status, text } = await this.#http.send(request, signal)
    if (status < 200 || status >= 300) throw refusedBy(this.name, status, reasonInXml(text))
  }
}

/** `oss-cn-hangzhou-internal.aliyuncs.com` is in `cn-hangzhou`. Undefined for names of other forms. */
const ossRegion = (endpoint: string): string | undefined =>
  /(?:^|\.)oss-([a-z]+-[a-z0-9-]+?)(?:-internal)?\./.exec(new URL(endpoint).hostname)?.[1]
