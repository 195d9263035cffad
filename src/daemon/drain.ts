import { type Clock, sleep } from '../base/clock.ts'
import type { Log } from '../log.ts'
import type { SessionRegistry } from '../session/registry.ts'

export interface DrainParts {
  readonly registry: SessionRegistry
  /** Takes no new connections from here on. */
  readonly stopListening: () => void
  readonly clock: Clock
  readonly log: Log
}

/**
 * Lets the sessions that run come to their end, and nothing new begin: the port is closed, so that a load balancer
 * moves on, and every person is told how long they have. Resolves when all are over, `minutes` have passed, or `signal`
 * fires; ending what is left is the caller's.
 */
export async function drain(
  { registry, stopListening, clock, log }: DrainParts,
  minutes: number,
  signal: AbortSignal,
): Promise<void> {
  registry.drain()
  stopListening()
  const running = registry.list()
  log.info({ sessions: running.length, minutes }, 'draining: nothing new begins')
  for (const { live } of running) live.announce({ kind: 'draining', minutes })
  const over = new AbortController()
  const deadline = sleep(clock, minutes * 60_000, AbortSignal.any([signal, over.signal]))
  await Promise.race([registry.empty(), deadline])
  over.abort()
  log.info({ left: registry.ids().length }, 'drained')
}
