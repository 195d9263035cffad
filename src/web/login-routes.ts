import express, { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import { say, sayFault, type TextKey } from '../i18n/i18n.ts'
import type { Log } from '../log.ts'
import { handled } from './answers.ts'
import { setCookie } from './cookies.ts'
import type { Csrf } from './csrf.ts'
import { isOurOrigin } from './origin.ts'
import { type LoginStep, type OwnLogins, PENDING_COOKIE, SESSION_COOKIE } from './own-logins.ts'
import { type Identity, type Visitor, type VisitorOptions, visitorOf } from './visitor.ts'

/** What failed logins cost, for all doors together. */
export interface LoginPenalties {
  /** ms for which this address is not heard. */
  shutOutMs(address: string): number
}

export interface LoginRoutesParts extends VisitorOptions {
  readonly logins: OwnLogins
  readonly penalties: LoginPenalties
  readonly csrf: Csrf
  /** Of the page: where its cookies go. */
  readonly basePath: string
  /** The login of this browser has ended. */
  readonly onLogout: (identity: Identity) => void
  readonly log: Log
}

const Password = z.object({ username: z.string().max(512), password: z.string().max(1024) })
const Code = z.object({ code: z.string().max(64) })
/** Logins that are being judged at a time: each costs core a password hash. */
const MOST_AT_ONCE = 20

/** Logging in and out at our own page, without a Jumpserver. Before a right login everybody reads the same (S3). */
export class LoginRoutes {
  readonly #parts: LoginRoutesParts
  #judging = 0

  constructor(parts: LoginRoutesParts) {
    this.#parts = parts
  }

  get router(): Router {
    const router = Router()
    router.use(express.json({ limit: '16kb' }))
    router.post(
      '/login',
      this.#step(Password, (visitor, { username, password }) =>
        this.#parts.logins.password(visitor, username, password),
      ),
    )
    router.post(
      '/code',
      this.#step(Code, (visitor, { code }) => this.#parts.logins.code(visitor, code.trim())),
    )
    router.post(
      '/logout',
      handled((request, response) => this.#logout(request, response)),
    )
    return router
  }

  #step<S extends z.ZodType>(schema: S, judge: (visitor: Visitor, body: z.output<S>) => Promise<LoginStep>) {
    return handled(async (request, response) => {
      const visitor = visitorOf(request, this.#parts)
      const body = schema.safeParse(request.body)
      // Only a page of ours can send JSON here: a form of another site cannot, and its script is not allowed to.
      if (!isOurOrigin(request, this.#parts.isTrusted) || !request.is('application/json') || !body.success) {
        return void response.status(400).json({ text: say(visitor.language, 'web.malformed') })
      }
      const seconds = Math.ceil(this.#parts.penalties.shutOutMs(visitor.remoteAddr) / 1000)
      if (seconds > 0 || this.#judging >= MOST_AT_ONCE) return this.#later(response, visitor, seconds || 1)
      this.#judging += 1
      try {
        await this.#answer(response, visitor, await judge(visitor, body.data))
      } finally {
        this.#judging -= 1
      }
    })
  }

  async #answer(response: Response, visitor: Visitor, step: LoginStep): Promise<void> {
    const cookies = (session: string, pending: string): void => {
      response.setHeader('Set-Cookie', [
        this.#cookie(visitor, SESSION_COOKIE, session),
        this.#cookie(visitor, PENDING_COOKIE, pending),
      ])
    }
    switch (step.kind) {
      case 'in':
        cookies(step.token, '')
        return void response.json({ next: 'in' })
      case 'code':
        cookies('', step.token)
        return void response.json({
          next: 'code',
          ...(!step.bound && this.#text(visitor, 'web.login.unbound')),
        })
      case 'refused':
        return void response.status(401).json(this.#text(visitor, 'web.login.refused'))
      case 'unavailable':
        this.#parts.log.warn({ err: step.cause }, 'a login by browser could not be judged')
        return void response.status(503).json({ text: sayFault(visitor.language, step.cause) })
    }
  }

  async #logout(request: Request, response: Response): Promise<void> {
    const { logins, csrf, isTrusted, onLogout } = this.#parts
    const visitor = visitorOf(request, this.#parts)
    const identity = await logins.identify(visitor)
    const ours = identity && csrf.isRight(identity, request.get('x-csrf-token'))
    if (!ours || !isOurOrigin(request, isTrusted)) {
      return void response.status(401).json(this.#text(visitor, 'web.malformed'))
    }
    logins.end(identity)
    onLogout(identity)
    response.setHeader('Set-Cookie', this.#cookie(visitor, SESSION_COOKIE, ''))
    response.json({ next: 'login' })
  }

  #later(response: Response, { language }: Visitor, seconds: number): void {
    response
      .status(429)
      .setHeader('Retry-After', seconds)
      .json({ text: say(language, 'web.login.later', { seconds }) })
  }

  #text({ language }: Visitor, key: TextKey): { text: string } {
    return { text: say(language, key) }
  }

  #cookie({ secure }: Visitor, name: string, value: string): string {
    const path = this.#parts.basePath
    return setCookie({ name, value, path, secure, ...(value === '' && { maxAge: 0 }) })
  }
}
