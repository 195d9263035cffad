import type { RuleHit } from './command-detector.ts'

/** More than are on their way from a line's end to its record. */
const MOST_KEPT = 50

/** What rules said of lines whose command records are still to come. */
export class RuleHits {
  readonly #kept = new Map<string, RuleHit>()

  /** Each line of `text` on its own, as commands are recorded. */
  keep(text: string, hit: RuleHit): void {
    for (const line of text.split('\n')) {
      this.#kept.set(bare(line), hit)
      const [oldest] = this.#kept.keys()
      if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest)
    }
  }

  /** What was said of this command; only once. */
  take(input: string): RuleHit | undefined {
    const hit = this.#kept.get(bare(input))
    this.#kept.delete(bare(input))
    return hit
  }
}

const bare = (text: string): string => text.replaceAll(/\s/g, '')
