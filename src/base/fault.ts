import { randomBytes } from 'node:crypto'

/** Values a fault's sentence may name. Never a secret. */
export type FaultFacts = Readonly<Record<string, string | number>>

export interface FaultPart {
  readonly name: string
  readonly fault: Fault
}

export interface FaultInit {
  /** What was being done, in a word or two: `connect`, `authenticate`, `read config`. */
  step: string
  /** One plain English sentence for the log. The user's sentence is `fault.<code>` of the i18n room. */
  message: string
  /** What the person who reads the log should do next. */
  next: string
  facts?: FaultFacts
  /** Where several things were tried: what each came to, by name. */
  parts?: readonly FaultPart[]
  cause?: unknown
}

/**
 * Every error this program raises on purpose: step, cause, next action, and a short id that the user is shown and
 * that finds the log line.
 */
export class Fault<Code extends string = string> extends Error {
  override readonly name: string = 'Fault'
  readonly code: Code
  readonly step: string
  readonly next: string
  readonly facts: FaultFacts
  readonly parts: readonly FaultPart[]
  /** Like `e7f3-09`: short enough to be read out on the phone. */
  readonly id: string

  constructor(code: Code, { step, message, next, facts = {}, parts = [], cause }: FaultInit) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.step = step
    this.next = next
    this.facts = facts
    this.parts = parts
    this.id = faultId()
  }
}

export const isFault = (error: unknown): error is Fault => error instanceof Fault

/** Text of anything that was thrown, without its stack. */
export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const RUN = randomBytes(2).toString('hex')
let count = 0

function faultId(): string {
  count = (count + 1) % 0x10000
  return `${RUN}-${count.toString(16).padStart(2, '0')}`
}
