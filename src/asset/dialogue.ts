import type { HostKeyVerdict } from './host-keys.ts'

/** What a person is asked while a connection is made. Texts of an asset are a stranger's: escape before showing. */
export type Question =
  /** The account's name on the asset. */
  | { readonly kind: 'account'; readonly asset: string }
  /** `again`: the last one was wrong. */
  | {
      readonly kind: 'password'
      readonly asset: string
      readonly account: string
      readonly again: boolean
    }
  /** A question of the asset itself (RFC 4256). */
  | {
      readonly kind: 'asked'
      readonly asset: string
      readonly instruction: string
      readonly text: string
      readonly echo: boolean
    }

export type HandshakeEvent =
  | { readonly kind: 'host-key'; readonly verdict: HostKeyVerdict['kind']; readonly fingerprint: string }
  | { readonly kind: 'logged-in'; readonly method: string }

/** How far a connection is, to be shown to the person who waits. */
export type ConnectProgress =
  | { readonly kind: 'resolved'; readonly address: string }
  /** A gateway is being tried. */
  | { readonly kind: 'gateway'; readonly name: string }
  | { readonly kind: 'gateway-failed'; readonly name: string }
  /** `through`: names of gateways, from here to there; empty: directly. */
  | { readonly kind: 'connected'; readonly address: string; readonly through: readonly string[] }
  /** A telnet server asks what is not understood: the person logs in by hand. */
  | { readonly kind: 'by-hand' }
  /** A connection that is open already is used. */
  | { readonly kind: 'reused' }
  | HandshakeEvent

/** Who waits for a connection. */
export interface ConnectDialogue {
  progress(progress: ConnectProgress): void
  /**
   * One line, without its end. Rejects when the person gives up, with what they are to be told. Undefined: a machine
   * waits, which is never asked; what would ask it fails.
   */
  readonly ask?: ((question: Question, signal: AbortSignal) => Promise<string>) | undefined
}
