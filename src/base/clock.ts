/** Time comes in from outside (docs/architecture.md), so that tests can set it. */
export interface Clock {
  /** Wall clock, ms since the epoch. May jump; only for what is shown or sent. */
  now(): number
  /** Milliseconds that never go back. For every duration and limit. */
  monotonic(): number
  /** Runs `task` once, `ms` from now, unless disposed before. Does not keep the process alive. */
  after(ms: number, task: () => void): Disposable
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, task) {
    const timer = setTimeout(task, ms)
    timer.unref()
    return { [Symbol.dispose]: () => clearTimeout(timer) }
  },
}

/** Resolves after `ms`, or at once when `signal` fires (then `false`). Never rejects. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<boolean> {
  if (signal?.aborted) return Promise.resolve(false)
  return new Promise((resolve) => {
    const wake = (slept: boolean): void => {
      timer[Symbol.dispose]()
      signal?.removeEventListener('abort', onAbort)
      resolve(slept)
    }
    const onAbort = (): void => wake(false)
    const timer = clock.after(ms, () => wake(true))
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}
