import type { Clock } from '../base/clock.ts'
import type { Asset } from '../core/model.ts'
import { Catalogue } from './search.ts'

export interface OwnAssetsDeps {
  /** The user's assets; `fresh` asks core anew. Throws CoreError. */
  readonly assets: (options: {
    readonly fresh: boolean
    readonly signal: AbortSignal
  }) => Promise<readonly Asset[]>
  readonly clock: Clock
  /** Called when the answer takes so long that the person has to see that work goes on. */
  readonly onSlow: () => Promise<unknown>
}

const PATIENCE_MS = 500

/** The assets of one user, kept for a login until they ask for fresh ones. */
export class OwnAssets {
  readonly #deps: OwnAssetsDeps
  #catalogue: Catalogue | undefined

  constructor(deps: OwnAssetsDeps) {
    this.#deps = deps
  }

  /** The assets, ready for searching. What was fetched before is kept when core cannot be asked anew. */
  async get(signal: AbortSignal, { fresh = false } = {}): Promise<Catalogue> {
    if (this.#catalogue && !fresh) return this.#catalogue
    const { assets, clock, onSlow } = this.#deps
    let told: Promise<unknown> | undefined
    const patience = clock.after(PATIENCE_MS, () => {
      told = onSlow()
    })
    try {
      this.#catalogue = await Catalogue.of(await assets({ fresh, signal }))
      return this.#catalogue
    } finally {
      patience[Symbol.dispose]()
      await told
    }
  }
}
