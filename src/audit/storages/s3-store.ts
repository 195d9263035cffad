import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { Clock } from '../../base/clock.ts'
import type { ReplayStorage } from '../../core/model.ts'
import type { ObjectStore } from './object-store.ts'
import { objectUrl } from './object-url.ts'
import { signAws } from './signatures.ts'
import { elementIn, reasonInXml, refusedBy } from './storage-error.ts'
import type { StorageHttp, StoredFile } from './storage-http.ts'

type S3 = Extract<ReplayStorage, { type: 's3' }>

const ANY_REGION = 'us-east-1'
const EMPTY = createHash('sha256').digest('hex')

/** S3 and what speaks it: Ceph, MinIO, OBS, COS. PutObject and DeleteObject with a signed SHA-256 of the body. */
export class S3Store implements ObjectStore {
  readonly name: string
  readonly #storage: S3
  readonly #http: StorageHttp
  readonly #clock: Clock
  /** As it was given, or as the storage told it. */
  #region: string | undefined

  constructor(storage: S3, { name, http, clock }: { name: string; http: StorageHttp; clock: Clock }) {
    this.name = name
    this.#storage = storage
    this.#http = http
    this.#clock = clock
    this.#region = storage.region
  }

  async put(object: string, file: StoredFile, signal?: AbortSignal): Promise<void> {
    await this.#send('PUT', object, { file, payload: await sha256Of(file, signal) }, signal)
  }

  async remove(object: string, signal?: AbortSignal): Promise<void> {
    await this.#send('DELETE', object, { payload: EMPTY }, signal)
  }

  async #send(
    method: 'PUT' | 'DELETE',
    object: string,
    { file, payload }: { file?: StoredFile; payload: string },
    signal: AbortSignal | undefined,
  ): Promise<void> {
    for (let moved = false; ; moved = true) {
      const { bucket, endpoint, accessKey, secretKey } = this.#storage
      const region = this.#region ?? ANY_REGION
      const url = objectUrl(endpoint ?? amazon(region), bucket, object)
      const headers = file ? { 'content-type': 'application/gzip' } : {}
      const keys = { accessKey, secretKey, region }
      const signed = signAws({ method, url, headers }, keys, { payload, now: this.#clock.now() })
      const request = { storage: this.name, method, url, headers: signed, ...(file && { body: file }) }
      const { status, text } = await this.#http.send(request, signal)
      if (status >= 200 && status < 300) return
      const told = regionToldIn(text)
      if (moved || told === undefined || told === region)
        throw refusedBy(this.name, status, reasonInXml(text))
      this.#region = told
    }
  }
}

const amazon = (region: string): string =>
  `https://s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`

/** Where S3 says that the bucket is elsewhere, or that the signature names another region than its own. */
function regionToldIn(xml: string): string | undefined {
  const named = elementIn(xml, 'Region') || elementIn(xml, 'Endpoint').match(/\bs3[.-]([a-z0-9-]+)\./)?.[1]
  return named !== undefined && /^[a-z0-9-]{1,64}$/.test(named) ? named : undefined
}

async function sha256Of({ path, bytes }: StoredFile, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  const file: AsyncIterable<Buffer> = createReadStream(path, { end: bytes - 1, ...(signal && { signal }) })
  for await (const chunk of file) hash.update(chunk)
  return hash.digest('hex')
}
