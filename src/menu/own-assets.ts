import type { Clock } from '../base/clock.ts'
import type { Asset, Node } from '../core/model.ts'
import type { Catalogues } from './catalogues.ts'
import type { Catalogue, SortBy } from './search.ts'

export interface OwnAssetsDeps {
  readonly userId: string
  /** The user's assets; `fresh` asks core anew. Throws CoreError. */
  readonly assets: (options: {
    readonly fresh: boolean
    readonly signal: AbortSignal
  }) => Promise<readonly Asset[]>
  /** The nodes they are in, in the order of the tree. Throws CoreError. */
  readonly nodes: (signal: AbortSignal) => Promise<readonly Node[]>
  readonly nodeAssets: (nodeId: string, signal: AbortSignal) => Promise<readonly Asset[]>
  readonly catalogues: Catalogues
  readonly sortBy: () => SortBy
  readonly clock: Clock
  /** Called when the answer takes so long that the person has to see that work goes on. */
  readonly onSlow: () => Promise<unknown>
}

const PATIENCE_MS = 500

/** The assets of one user. What was fetched once serves the whole login, until they ask for fresh ones. */
export class OwnAssets {
  readonly #deps: OwnAssetsDeps
  /** What is being fetched, not yet asked for by anybody. */
  #ahead: Promise<Catalogue> | undefined

  constructor(deps: OwnAssetsDeps) {
    this.#deps = deps
  }

  /** Fetches the assets, which then become ready for searching by themselves. Both are to be waited for, or caught. */
  first(signal: AbortSignal): {
    readonly list: Promise<readonly Asset[]>
    readonly catalogue: Promise<Catalogue>
  } {
    const list = this.#deps.assets({ fresh: false, signal })
    const catalogue = list.then((assets) => this.#catalogue(assets))
    this.#ahead = catalogue
    // Who asks next is told of a failure, by asking again.
    catalogue.catch(() => {
      if (this.#ahead === catalogue) this.#ahead = undefined
    })
    return { list, catalogue }
  }

  /** The assets, ready for searching. What was fetched before is kept when core cannot be asked anew. */
  async get(signal: AbortSignal, { fresh = false } = {}): Promise<Catalogue> {
    const { catalogues, userId, sortBy, assets } = this.#deps
    const ahead = this.#ahead
    this.#ahead = undefined
    if (ahead && !fresh) return await this.#patiently(() => ahead)
    const kept = catalogues.get(userId, sortBy())
    if (kept && !fresh) return kept
    return await this.#patiently(async () => this.#catalogue(await assets({ fresh, signal })))
  }

  /** What is there without waiting, for Tab. */
  get ready(): Catalogue | undefined {
    return this.#deps.catalogues.get(this.#deps.userId, this.#deps.sortBy())
  }

  nodes(signal: AbortSignal): Promise<readonly Node[]> {
    return this.#patiently(() => this.#deps.nodes(signal))
  }

  nodeAssets(nodeId: string, signal: AbortSignal): Promise<readonly Asset[]> {
    return this.#patiently(() => this.#deps.nodeAssets(nodeId, signal))
  }

  #catalogue(assets: readonly Asset[]): Promise<Catalogue> {
    const { catalogues, userId, sortBy } = this.#deps
    return catalogues.of(userId, assets, sortBy())
  }

  async #patiently<T>(work: () => Promise<T>): Promise<T> {
    const { clock, onSlow } = this.#deps
    let told: Promise<unknown> | undefined
    const patience = clock.after(PATIENCE_MS, () => {
      told = onSlow()
    })
    try {
      return await work()
    } finally {
      patience[Symbol.dispose]()
      await told
    }
  }
}
