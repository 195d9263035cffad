import { loadavg } from 'node:os'
import type { Clock } from '../base/clock.ts'
import { type CoreAnswer, hasField, parseBody } from './answer.ts'
import { ListWire } from './wire.ts'

/** The numbers that core up to 1.4.6 requires in a heartbeat. Later ones accept and ignore them. */
const NUMBERS = ['session_online', 'cpu_used', 'memory_used', 'connections', 'threads', 'boot_time'] as const

export interface BeatBodyParts {
  readonly clock: Clock
  /** A session as core was told of it; undefined for one that it was not told of. */
  readonly sessionBody: (id: string) => Readonly<Record<string, unknown>> | undefined
}

/** How one kind of core is told of a beat, and gives its orders. */
export interface BeatForm {
  readonly path: `/${string}/`
  /** Core tells an order once only: what fails is tried again here. */
  readonly ordersOnce: boolean
  of(sessions: readonly string[]): unknown
  /** True when the answer says that this core wants the other form, which `of` gives from now on. */
  turns(answer: CoreAnswer): boolean
  /** Orders, each as TaskWire has it. Throws CoreError for an answer that is none. */
  tasks(answer: CoreAnswer): readonly unknown[]
}

/**
 * What a heartbeat says, in the form this core wants: the ids of the live sessions, or up to 1.4.6 the sessions
 * themselves and some numbers. Which it is shows in core's refusal, and is remembered.
 */
export class BeatBody implements BeatForm {
  readonly path = '/api/terminal/v1/terminal/status/'
  readonly ordersOnce = false
  readonly #parts: BeatBodyParts
  readonly #bootTime: number
  #isOlder = false

  constructor(parts: BeatBodyParts) {
    this.#parts = parts
    this.#bootTime = Math.floor(parts.clock.now() / 1000)
  }

  of(sessions: readonly string[]): Readonly<Record<string, unknown>> {
    return this.#isOlder ? this.#older(sessions) : { sessions: [...sessions] }
  }

  turns({ status, body }: CoreAnswer): boolean {
    if (this.#isOlder || status !== 400 || !NUMBERS.some((field) => hasField(body, field))) return false
    this.#isOlder = true
    return true
  }

  tasks(answer: CoreAnswer): readonly unknown[] {
    return parseBody(ListWire, answer).items
  }

  #older(sessions: readonly string[]): Readonly<Record<NumberField | 'sessions', unknown>> {
    return {
      sessions: sessions.flatMap((id) => this.#parts.sessionBody(id) ?? []),
      session_online: sessions.length,
      connections: sessions.length,
      cpu_used: Math.round((loadavg()[0] ?? 0) * 100) / 100,
      memory_used: Math.round(process.memoryUsage.rss() / 1_048_576),
      threads: 1,
      boot_time: this.#bootTime,
    }
  }
}

type NumberField = (typeof NUMBERS)[number]
