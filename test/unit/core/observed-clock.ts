import { ManualClock } from '../../fixtures/manual-clock.ts'

/** A manual clock that can be waited on: a test learns when somebody begins to wait, and for how long. */
export class ObservedClock extends ManualClock {
  readonly #pending = new Set<{ ms: number }>()
  readonly #watchers = new Set<() => void>()

  override after(ms: number, task: () => void): Disposable {
    const entry = { ms }
    this.#pending.add(entry)
    const timer = super.after(ms, () => {
      this.#pending.delete(entry)
      task()
    })
    for (const look of [...this.#watchers]) look()
    return {
      [Symbol.dispose]: () => {
        this.#pending.delete(entry)
        timer[Symbol.dispose]()
      },
    }
  }

  /** Resolves when somebody begins to wait, from now on. */
  nextTimer(): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        this.#watchers.delete(look)
        resolve()
      }
      this.#watchers.add(look)
    })
  }

  /** Resolves with the length of the first timer pending that is from `least` to `most` ms long. */
  untilTimer(least: number, most: number): Promise<number> {
    return new Promise((resolve) => {
      const look = (): void => {
        const found = [...this.#pending].find(({ ms }) => ms >= least && ms <= most)
        if (!found) return
        this.#watchers.delete(look)
        resolve(found.ms)
      }
      this.#watchers.add(look)
      look()
    })
  }
}
