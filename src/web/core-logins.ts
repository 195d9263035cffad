import { createHash } from 'node:crypto'
import type { AppService } from '../core/app-service.ts'
import type { Principal } from '../session/principal.ts'
import { type Identities, type Identity, isAdmin, type Visitor } from './visitor.ts'

/** Logins at Jumpserver's own pages, known by the cookies that come along: core is asked each time. */
export class CoreLogins implements Identities {
  readonly #core: Pick<AppService, 'userByCookie'>

  constructor(core: Pick<AppService, 'userByCookie'>) {
    this.#core = core
  }

  async identify(visitor: Visitor, signal: AbortSignal): Promise<Identity | undefined> {
    const sessionid = visitor.cookies.get('sessionid')
    const csrftoken = visitor.cookies.get('csrftoken')
    if (!sessionid || !csrftoken) return undefined
    const user = await this.#core.userByCookie({ sessionid, csrftoken }, signal)
    if (!user) return undefined
    const { remoteAddr, language, loginId } = visitor
    const principal: Principal = { user, remoteAddr, language, loginId, loginFrom: 'WT' }
    const loginKey = createHash('sha256').update(sessionid).digest('base64url')
    return { principal, loginKey, admin: isAdmin(principal) }
  }
}
