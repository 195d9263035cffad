import type { Exit } from '../terminal/terminal.ts'
import type { Refusal } from './gate/judge.ts'

/**
 * Why a session ended. The first cause wins; what the person reads and what the record says both come from here.
 * - `exit`: the program on the asset ended by itself
 * - `left`: the person's channel or connection went away
 * - `asset-lost`: the connection to the asset broke
 * - `killed`: ordered by core or an administrator; `reason` is their own words
 * - `idle`: no key for too long
 * - `duration`: it ran for as long as a session may
 * - `size`: it recorded as much as a session may
 * - `permission`: core withdrew the grant
 * - `outage`: core was silent for longer than OUTAGE_SESSION_MINUTES
 * - `record-failed`: the disk refused the recording and policy does not allow going on unrecorded
 * - `rule`: a command rule forbids what was asked for, or a line of a script
 * - `shutdown`: the daemon stops
 */
export type Ending =
  | { readonly kind: 'exit'; readonly exit: Exit }
  | { readonly kind: 'left' }
  | { readonly kind: 'asset-lost'; readonly cause?: unknown }
  | { readonly kind: 'killed'; readonly by: string; readonly reason?: string | undefined }
  | { readonly kind: 'idle'; readonly minutes: number }
  | { readonly kind: 'duration'; readonly minutes: number }
  | { readonly kind: 'size'; readonly megabytes: number }
  | { readonly kind: 'permission' }
  | { readonly kind: 'outage'; readonly minutes: number }
  | { readonly kind: 'record-failed'; readonly cause: unknown }
  | { readonly kind: 'rule'; readonly refusal: Refusal }
  | { readonly kind: 'shutdown' }

/** Who ended it and why, for the record, where somebody did. */
export const detailOf = (ending: Ending): string | undefined =>
  ending.kind === 'killed' ? [ending.by, ending.reason].filter(Boolean).join(': ') : undefined

/** Every ending that is ordered from outside the two streams. */
export type EndOrder = Exclude<Ending, { kind: 'exit' | 'left' | 'asset-lost' }>

/**
 * The exit a waiting client is told: the program's own; 126, as shells say of a command that may not be run; or 255 as
 * OpenSSH does when the connection is what failed.
 */
export const exitOf = (ending: Ending): Exit =>
  ending.kind === 'exit' ? ending.exit : { kind: 'status', code: ending.kind === 'rule' ? 126 : 255 }

const isOrder = (reason: unknown): reason is EndOrder =>
  typeof reason === 'object' && reason !== null && 'kind' in reason

/** What a session's signal fired with. */
export const orderOf = (reason: unknown): Ending =>
  isOrder(reason) ? reason : { kind: 'killed', by: 'administrator' }
