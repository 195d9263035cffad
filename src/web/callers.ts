import type { Request, Response } from 'express'
import type { Csrf } from './csrf.ts'
import { isOurOrigin } from './origin.ts'
import { nobody } from './targets.ts'
import { type Identities, type Identity, type Visitor, type VisitorOptions, visitorOf } from './visitor.ts'

/** A request of somebody who is logged in; what changes something has proved that our page made it. */
export interface Caller {
  readonly identity: Identity
  readonly visitor: Visitor
  /** Fires when the browser is gone, or has its answer. */
  readonly signal: AbortSignal
}

export interface CallersParts extends VisitorOptions {
  readonly identities: Identities
  readonly csrf: Csrf
}

/** The one place that looks for the login behind a request (S23, S24). */
export class Callers {
  readonly #parts: CallersParts

  constructor(parts: CallersParts) {
    this.#parts = parts
  }

  visitor(request: Request): Visitor {
    return visitorOf(request, this.#parts)
  }

  /** `changes`: the request is to change something. Throws WEB_NOBODY, or the CoreError of a core that cannot say. */
  async caller(request: Request, response: Response, { changes }: { changes: boolean }): Promise<Caller> {
    const { identities, isTrusted } = this.#parts
    const visitor = this.visitor(request)
    const gone = new AbortController()
    response.on('close', () => gone.abort())
    const identity = await identities.identify(visitor, gone.signal)
    if (!identity || !isOurOrigin(request, isTrusted)) throw nobody()
    if (changes) this.prove(identity, request.get('x-csrf-token'))
    return { identity, visitor, signal: gone.signal }
  }

  /** Throws WEB_NOBODY where the token is not the one only our page can read. */
  prove(identity: Identity, token: string | undefined): void {
    if (!this.#parts.csrf.isRight(identity, token)) throw nobody()
  }
}
