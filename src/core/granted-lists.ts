import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../log.ts'
import { type CoreAnswer, parseBody, refusal } from './answer.ts'
import { AssetReader, bytesOfAsset } from './asset-reader.ts'
import { ListCache, type ListCacheLimits } from './list-cache.ts'
import type { Asset, User } from './model.ts'
import { type NodeAssets, readNode } from './node-reader.ts'
import type { PermsPath } from './perms-path.ts'
import type { AccessKey } from './sign.ts'
import type { Core } from './transport.ts'
import { ListWire } from './wire.ts'

export interface GrantedListsParts {
  core: Core
  key: AccessKey
  clock: Clock
  log: Log
  perms: PermsPath
  limits?: ListCacheLimits | undefined
}

/** One of the two is filled. */
export interface Granted {
  readonly assets: readonly Asset[]
  readonly nodes: readonly NodeAssets[]
}

export interface GrantedAddress {
  /** Behind …/users/<id>. */
  readonly path: `/${string}/`
  readonly of: 'assets' | 'nodes'
  readonly query?: Readonly<Record<string, string | number>>
}

interface Kept {
  readonly granted: Granted
  /** Of exactly this user and address. Core gives the same one for all addresses of a user. */
  readonly etag: string
  /** When the body came, and when core last said that it holds. Monotonic. */
  readonly readAt: number
  readonly confirmedAt: number
}

const KEEP_MS = 5 * 60_000
/** Core's ETag stands for the grants: a changed name or address leaves it as it is. */
const MOST_AGE_MS = 60 * 60_000
const PAGE = 1000
const MOST_PAGES = 500
const SLICE = 2000

/** Lists of what a user was granted, kept for 5 minutes, then asked again by ETag where core gave one. */
export class GrantedLists {
  readonly #parts: GrantedListsParts
  readonly #cache: ListCache<Kept>
  readonly #reader = new AssetReader()

  constructor(parts: GrantedListsParts) {
    this.#parts = parts
    this.#cache = new ListCache(parts.limits)
  }

  /** Undefined where core has no such address. `fresh` makes core rebuild what it keeps, for all users. Throws CoreError. */
  async read(
    user: User,
    address: GrantedAddress,
    { fresh = false, signal }: { fresh?: boolean; signal?: AbortSignal | undefined } = {},
  ): Promise<Granted | undefined> {
    const kept = fresh ? undefined : this.#cache.get(user.id, keyOf(address))
    const now = this.#parts.clock.monotonic()
    if (kept && now - kept.confirmedAt < KEEP_MS) return kept.granted
    const etag = kept && now - kept.readAt < MOST_AGE_MS ? kept.etag || undefined : undefined
    const reading = new Reading(this.#parts, { user, address, signal, reader: this.#reader })
    const first = await reading.ask({ cache_policy: fresh ? 2 : 1 }, etag)
    if (first.status === 404 && !first.knownUrl) return undefined
    if (first.status === 304 && kept && etag !== undefined) {
      await this.#keep(user, address, { ...kept, confirmedAt: now })
      return kept.granted
    }
    const { granted, isWhole } = await reading.rest(first)
    if (fresh) this.#cache.drop(user.id)
    const mayRepeat = !fresh && isWhole
    await this.#keep(user, address, {
      ...{ granted, etag: mayRepeat ? first.etag : '', readAt: now, confirmedAt: now },
    })
    return granted
  }

  async #keep(user: User, address: GrantedAddress, value: Kept): Promise<void> {
    const bytes = await bytesOf(value.granted)
    if (!this.#cache.set(user.id, keyOf(address), { value, bytes }))
      this.#parts.log.info({ user: user.username, bytes }, 'list of grants is too long to be kept')
  }
}

interface ReadingOf {
  readonly user: User
  readonly address: GrantedAddress
  readonly signal: AbortSignal | undefined
  readonly reader: AssetReader
}

/** One list, read to its end. */
class Reading {
  readonly #parts: GrantedListsParts
  readonly #user: User
  readonly #address: GrantedAddress
  readonly #signal: AbortSignal | undefined
  readonly #reader: AssetReader

  constructor(parts: GrantedListsParts, { user, address, signal, reader }: ReadingOf) {
    this.#parts = parts
    this.#user = user
    this.#address = address
    this.#signal = signal
    this.#reader = reader
  }

  ask(query: Record<string, number>, ifNoneMatch?: string): Promise<CoreAnswer> {
    const { core, key, perms } = this.#parts
    const { path: rest, of } = this.#address
    const request = { step: `list ${of}`, method: 'GET', auth: { kind: 'key', key } } as const
    const whole = { ...this.#address.query, ...query }
    return perms.ask('users', `/${encodeURIComponent(this.#user.id)}${rest}`, (path) =>
      core.send(
        { ...request, path, query: whole, ifNoneMatch, long: true, each: this.#each, retries: 2 },
        this.#signal,
      ),
    )
  }

  /** The items of the first answer, and where core gives a page though none was asked for, of the other pages. */
  async rest(first: CoreAnswer): Promise<{ granted: Granted; isWhole: boolean }> {
    const { items: begun, count } = listIn(first)
    const items = begun.slice()
    for (let page = 0; items.length < count && page < MOST_PAGES; page += 1) {
      const next = listIn(await this.ask({ cache_policy: 1, limit: PAGE, offset: items.length }))
      if (next.items.length === 0) break
      for (const item of next.items) items.push(item)
    }
    const granted = await sorted(items)
    const left = items.length - granted.assets.length - granted.nodes.length
    if (left > 0)
      this.#parts.log.info(
        { user: this.#user.username, left },
        `${this.#address.of} left out: inactive or not understood`,
      )
    return { granted, isWhole: begun.length === items.length }
  }

  readonly #each = (item: unknown, list: string): Asset | NodeAssets | undefined => {
    const isAsset = this.#address.of === 'assets' || list === 'assets_granted'
    return isAsset ? this.#reader.read(item) : readNode(item, isReadAsset)
  }
}

const keyOf = ({ path, query }: GrantedAddress): string => `${path} ${JSON.stringify(query ?? {})}`

function listIn(answer: CoreAnswer): { readonly items: readonly unknown[]; readonly count: number } {
  if (answer.status !== 200) throw refusal(answer)
  // Core's usual answer; the schema would look at each of 50,000 items at once.
  if (Array.isArray(answer.body)) return { items: answer.body, count: answer.body.length }
  return parseBody(ListWire, answer)
}

// Items of a list are what `#each` made of them: these tell the two kinds apart again.
const isReadAsset = (item: unknown): item is Asset =>
  typeof item === 'object' && item !== null && 'systemUsers' in item
const isNode = (item: unknown): item is NodeAssets =>
  typeof item === 'object' && item !== null && 'node' in item

async function sorted(items: readonly unknown[]): Promise<Granted> {
  const assets: Asset[] = []
  const nodes: NodeAssets[] = []
  for (const [index, item] of items.entries()) {
    if (isReadAsset(item)) assets.push(item)
    else if (isNode(item)) nodes.push(item)
    if (index % SLICE === SLICE - 1) await nextTurn()
  }
  return { assets, nodes }
}

async function bytesOf({ assets, nodes }: Granted): Promise<number> {
  let bytes = 200 + nodes.length * 400
  let count = 0
  for (const list of [assets, ...nodes.map((each) => each.assets)])
    for (const asset of list) {
      bytes += bytesOfAsset(asset)
      count += 1
      if (count % SLICE === 0) await nextTurn()
    }
  return bytes
}
