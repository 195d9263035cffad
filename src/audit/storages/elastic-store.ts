import { z } from 'zod'
import type { Secret } from '../../base/secret.ts'
import type { CommandStorage, SessionRecord } from '../../core/model.ts'
import type { CommandStore, NumberedCommand, RefusedCommand } from './command-store.ts'
import { ElasticHosts } from './elastic-hosts.ts'
import { refusedBy, StorageError } from './storage-error.ts'
import type { StorageHttp } from './storage-http.ts'

type Elastic = Extract<CommandStorage, { type: 'es' }>

const Root = z.object({ version: z.object({ number: z.string(), distribution: z.string().optional() }) })
const Item = z.object({
  index: z.object({
    status: z.number().int(),
    error: z.object({ type: z.string(), reason: z.string().default('') }).optional(),
  }),
})
const Bulk = z.object({ items: z.array(Item) })

/** Faults of a document itself; everything else an administrator can mend. */
const FOR_GOOD = /^(mapper_parsing_exception|document_parsing_exception|strict_dynamic_mapping_exception)$/

/** Fields core looks for by value; all others get Elasticsearch's own mapping. */
const MAPPING = {
  properties: {
    session: { type: 'keyword' },
    org_id: { type: 'keyword' },
    timestamp: { type: 'long' },
    '@timestamp': { type: 'date' },
  },
}

/**
 * Commands in Elasticsearch 6 to 8 (and OpenSearch) by its bulk API, in the form Jumpserver's own page reads: core's
 * command object and `@timestamp`. Input and output are as long as the spool keeps them.
 */
export class ElasticStore implements CommandStore {
  readonly name: string
  readonly #storage: Elastic
  readonly #hosts: ElasticHosts
  /** What is known of the server: whether documents have types. */
  #typed: boolean | undefined

  constructor(storage: Elastic, { name, http }: { name: string; http: StorageHttp }) {
    this.name = name
    this.#storage = storage
    this.#hosts = new ElasticHosts(storage.hosts satisfies readonly Secret[], { name, http })
  }

  async save(
    session: SessionRecord,
    commands: readonly NumberedCommand[],
    signal?: AbortSignal,
  ): Promise<readonly RefusedCommand[]> {
    const refused: RefusedCommand[] = []
    try {
      this.#typed ??= await this.#prepare(signal)
      await this.#saveAll(session, commands, refused, signal)
    } catch (error) {
      this.#typed = undefined // it may be another server next time
      throw error
    }
    return refused
  }

  async #saveAll(
    session: SessionRecord,
    commands: readonly NumberedCommand[],
    refused: RefusedCommand[],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    for (let left = commands; left.length > 0; ) {
      const again = await this.#bulk(session, left, refused, signal)
      if (again.length === left.length) throw refusedBy(this.name, 429, 'it takes none of the documents now')
      left = again
    }
  }

  async probe(id: string, signal?: AbortSignal): Promise<void> {
    this.#typed ??= await this.#prepare(signal)
    const { index, docType } = this.#storage
    const type = this.#typed ? encodeURIComponent(docType) : '_doc'
    const path = `/${encodeURIComponent(index)}/${type}/${id}` as const
    for (const [method, body] of [
      ['PUT', '{"input":"cocod"}'],
      ['DELETE', undefined],
    ] as const) {
      const { status, text } = await this.#hosts.send(
        { method, path, ...(body !== undefined && { body }) },
        signal,
      )
      if (status >= 300) throw refusedBy(this.name, status, text)
    }
  }

  /** One request. Returns what is to be sent again; what will never be taken goes to `refused`. */
  async #bulk(
    session: SessionRecord,
    commands: readonly NumberedCommand[],
    refused: RefusedCommand[],
    signal: AbortSignal | undefined,
  ): Promise<readonly NumberedCommand[]> {
    const body = commands.map((each) => this.#lines(session, each)).join('')
    const request = { method: 'POST', path: '/_bulk', body, contentType: 'application/x-ndjson' } as const
    const { status, text } = await this.#hosts.send(request, signal)
    if (status === 413 && commands.length > 1) return await this.#halves(session, commands, refused, signal)
    if (status !== 200) throw refusedBy(this.name, status, text)
    const { items } = this.#parse(Bulk, text)
    if (items.length !== commands.length)
      throw refusedBy(this.name, status, 'it answered for other documents')
    return commands.filter((numbered, index) => this.#isLeft(numbered, items[index], refused))
  }

  async #halves(
    session: SessionRecord,
    commands: readonly NumberedCommand[],
    refused: RefusedCommand[],
    signal: AbortSignal | undefined,
  ): Promise<readonly NumberedCommand[]> {
    const half = Math.ceil(commands.length / 2)
    const first = await this.#bulk(session, commands.slice(0, half), refused, signal)
    return [...first, ...(await this.#bulk(session, commands.slice(half), refused, signal))]
  }

  #isLeft(
    { command }: NumberedCommand,
    item: z.output<typeof Item> | undefined,
    refused: RefusedCommand[],
  ): boolean {
    if (!item || item.index.status === 429 || item.index.status >= 500) return true
    const { status, error } = item.index
    if (status < 300) return false
    const fault = refusedBy(this.name, status, `${error?.type ?? 'error'}: ${error?.reason ?? ''}`)
    if (!error || !(FOR_GOOD.test(error.type) || error.reason.includes('immense term'))) throw fault
    refused.push({ command, error: fault })
    return false
  }

  #lines(
    { id: session, user, asset, systemUser, orgId }: SessionRecord,
    { id, command }: NumberedCommand,
  ): string {
    const { index, docType } = this.#storage
    const { input, output, at } = command
    const action = { index: { _index: index, ...(this.#typed && { _type: docType }), _id: id } }
    const document = {
      ...{ user, asset, system_user: systemUser, input, output, session, org_id: orgId },
      timestamp: Math.floor(at / 1000),
      '@timestamp': new Date(at).toISOString(),
    }
    return `${JSON.stringify(action)}\n${JSON.stringify(document)}\n`
  }

  /** Finds out which server it is, and makes the index if there is none. */
  async #prepare(signal: AbortSignal | undefined): Promise<boolean> {
    const typed = await this.#findTyped(signal)
    const path = `/${encodeURIComponent(this.#storage.index)}` as const
    const { status } = await this.#hosts.send({ method: 'HEAD', path }, signal)
    if (status !== 404) return typed
    const body = JSON.stringify({ mappings: typed ? { [this.#storage.docType]: MAPPING } : MAPPING })
    const made = await this.#hosts.send({ method: 'PUT', path, body }, signal)
    // Somebody else may have been faster, and an account that may only write leaves it to the first document.
    const fine = made.status < 300 || made.status === 403 || made.text.includes('resource_already_exists')
    if (!fine) throw refusedBy(this.name, made.status, made.text)
    return typed
  }

  /** Types ended with 7. An account that may not ask is one of a newer server. */
  async #findTyped(signal: AbortSignal | undefined): Promise<boolean> {
    const { status, text } = await this.#hosts.send({ method: 'GET', path: '/' }, signal)
    if (status === 403) return false
    if (status !== 200) throw refusedBy(this.name, status, text)
    const { number, distribution } = this.#parse(Root, text).version
    return distribution === undefined && Number.parseInt(number, 10) < 7
  }

  #parse<S extends z.ZodType>(schema: S, text: string): z.output<S> {
    const parsed = schema.safeParse(json(text))
    if (parsed.success) return parsed.data
    throw new StorageError('STORAGE_UNAVAILABLE', {
      step: 'store record',
      message: `${this.name} answered in an unknown shape`,
      next: 'check that HOSTS are addresses of Elasticsearch',
    })
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
