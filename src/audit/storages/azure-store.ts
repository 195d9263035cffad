import type { Clock } from '../../base/clock.ts'
import type { ReplayStorage } from '../../core/model.ts'
import type { ObjectStore } from './object-store.ts'
import { signAzure } from './signatures.ts'
import { reasonInXml, refusedBy } from './storage-error.ts'
import type { StorageHttp, StoredFile } from './storage-http.ts'

type Azure = Extract<ReplayStorage, { type: 'azure' }>

/** Azure Blob Storage: Put Blob (block blobs, up to 5,000 MiB in one) and Delete Blob. */
export class AzureStore implements ObjectStore {
  readonly name: string
  readonly #storage: Azure
  readonly #http: StorageHttp
  readonly #clock: Clock

  constructor(storage: Azure, { name, http, clock }: { name: string; http: StorageHttp; clock: Clock }) {
    this.name = name
    this.#storage = storage
    this.#http = http
    this.#clock = clock
  }

  async put(object: string, file: StoredFile, signal?: AbortSignal): Promise<void> {
    const headers = { 'content-type': 'application/gzip', 'x-ms-blob-type': 'BlockBlob' }
    await this.#send('PUT', object, { headers, file }, signal)
  }

  async remove(object: string, signal?: AbortSignal): Promise<void> {
    await this.#send('DELETE', object, { headers: {} }, signal)
  }

  async #send(
    method: 'PUT' | 'DELETE',
    object: string,
    { headers, file }: { headers: Readonly<Record<string, string>>; file?: StoredFile },
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const url = new URL(`${serviceOf(this.#storage)}/${this.#storage.container}/${object}`)
    const body = { length: file?.bytes ?? 0, now: this.#clock.now() }
    const signed = signAzure({ method, url, headers }, this.#storage, body)
    const request = { storage: this.name, method, url, headers: signed, ...(file && { body: file }) }
    const { status, text } = await this.#http.send(request, signal)
    if (status < 200 || status >= 300) throw refusedBy(this.name, status, reasonInXml(text))
  }
}

/** Of the account's blobs; without a last slash. */
export const serviceOf = ({ accountName, endpointSuffix }: Pick<Azure, 'accountName' | 'endpointSuffix'>) =>
  endpointSuffix.includes('://')
    ? endpointSuffix.replace(/\/+$/, '')
    : `https://${accountName}.blob.${endpointSuffix}`
