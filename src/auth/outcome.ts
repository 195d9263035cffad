import type { Principal } from '../session/principal.ts'

/** Switches of the configuration; core's settings go before them where they are given. */
export interface AuthOptions {
  readonly passwordAuth: boolean
  readonly publicKeyAuth: boolean
  /** Refused tries of one connection, the last one included that ends it. */
  readonly maxTries?: number | undefined
  /** Only these may log in; undefined: whoever core knows. Names in NFC, as in `cleanName`. */
  readonly allowUsers?: ReadonlySet<string> | undefined
  /** These may not. */
  readonly blockUsers?: ReadonlySet<string> | undefined
}

/** Why a try failed. For the log and the door, never for the person: they see one and the same failure. */
export type Refusal =
  /** Core said no. */
  | 'credentials'
  /** A wrong one-time code. */
  | 'code'
  /** Nobody can be called that, or nobody has such a password. */
  | 'input'
  /** Switched off, or out of its place: a code before a first factor, another user, two tries at once. */
  | 'method'
  /** This key was refused before, or too many were tried. */
  | 'key'
  /** The connection has used up its tries. */
  | 'over'

export type AuthOutcome =
  | { readonly kind: 'accepted'; readonly principal: Principal }
  /** The first factor was right; `bound: false`: but the person has no device, so no code will pass. */
  | { readonly kind: 'more'; readonly prompt: 'otp'; readonly bound: boolean }
  /** `last`: the door must end the connection now. */
  | { readonly kind: 'refused'; readonly why: Refusal; readonly last: boolean }
  /** Core gave no answer: says nothing about the person and is never counted as a failed try. */
  | { readonly kind: 'unavailable'; readonly cause: unknown }

/** Methods that may go on now, in words of no protocol. */
export type AuthMethod = 'password' | 'key' | 'otp'

/** A key whose signature the door has verified, or that is merely offered. */
export interface OfferedKey {
  /** `SHA256:…` */
  readonly fingerprint: string
  /** The base64 blob, without type and comment: what core compares. */
  readonly blob: string
}
