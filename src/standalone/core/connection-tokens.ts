import { randomUUID } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import type { Clock } from '../../base/clock.ts'
import type { InventorySource } from '../inventory.ts'
import { parseFields, uuid } from './fields.ts'
import { type Call, FORBIDDEN, type Reply, type Resource } from './resource.ts'

const LIFE_MS = 20_000
const MOST = 1000

const NewToken = z.object({ user: uuid(), asset: uuid(), system_user: uuid() })
type Ids = { readonly [Field in keyof z.output<typeof NewToken>]: string }

const UNKNOWN: Reply = { status: 404, body: '' }

/** Links to a web terminal: who may open what, for 20 s, readable more than once. They grant nothing by themselves. */
export class ConnectionTokens {
  readonly #inventory: InventorySource
  readonly #clock: Clock
  readonly #tokens = new LRUCache<string, Ids & { readonly until: number }>({ max: MOST })

  constructor({ inventory, clock }: { inventory: InventorySource; clock: Clock }) {
    this.#inventory = inventory
    this.#clock = clock
  }

  get resources(): readonly Resource[] {
    const methods = { GET: (call: Call) => this.#read(call), POST: (call: Call) => this.#create(call) }
    return ['authentication', 'users'].map((app) => ({
      path: `/api/${app}/v1/connection-token/`,
      // Who asks for no more than the user needs no key: the handlers judge.
      access: 'open' as const,
      methods,
    }))
  }

  #create({ caller, body }: Call): Reply {
    if (caller.kind !== 'terminal' && !(caller.kind === 'user' && caller.user.admin)) return refusalOf(caller)
    const parsed = parseFields(NewToken, body)
    if (!parsed.ok) return { status: 400, body: parsed.faults }
    const { user, asset, system_user } = parsed.data
    const token = randomUUID()
    this.#tokens.set(token, {
      user: user ?? '',
      asset: asset ?? '',
      system_user: system_user ?? '',
      until: this.#clock.monotonic() + LIFE_MS,
    })
    return { status: 201, body: { token } }
  }

  #read({ caller, query }: Call): Reply {
    const userOnly = (query.get('user-only') ?? '') !== ''
    if (!userOnly && caller.kind !== 'terminal') return refusalOf(caller)
    const found = this.#tokens.get(query.get('token') ?? '')
    if (!found || found.until <= this.#clock.monotonic()) return UNKNOWN
    if (userOnly) return { status: 200, body: { user: found.user } }
    return this.#describe(found)
  }

  #describe({ user, asset, system_user }: Ids): Reply {
    const { users, assets, accounts } = this.#inventory.current
    const names = [users.get(user)?.username, assets.get(asset)?.hostname, accounts.get(system_user)?.name]
    const [username, hostname, system_user_name] = names
    if (username === undefined || hostname === undefined || system_user_name === undefined) return UNKNOWN
    return { status: 200, body: { user, username, asset, hostname, system_user, system_user_name } }
  }
}

const refusalOf = ({ kind }: Call['caller']): Reply =>
  kind === 'nobody'
    ? { status: 403, body: { detail: 'Authentication credentials were not provided.' } }
    : FORBIDDEN
