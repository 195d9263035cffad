import type { AppService } from '../core/app-service.ts'
import type { TargetIds } from '../core/catalogue.ts'
import type { Target } from '../core/model.ts'
import type { Principal } from '../session/principal.ts'
import { MOST_ROOMS } from './guest.ts'
import { WebError } from './web-error.ts'

/** The target of what a browser wishes, if the user is granted it: an id from there proves nothing. */
export async function findTarget(
  core: Pick<AppService, 'targetById'>,
  { user }: Principal,
  { assetId, systemUserId }: TargetIds,
  signal: AbortSignal,
): Promise<Target> {
  const target = await core.targetById(user, { assetId, systemUserId }, signal)
  if (target) return target
  throw new WebError('WEB_NOT_GRANTED', {
    step: 'find the asset',
    message: `${user.username} has no such asset or account`,
    next: 'ask an administrator for a permission, or load the list anew',
    facts: { asset: assetId, account: systemUserId },
  })
}

export const nobody = (): WebError =>
  new WebError('WEB_NOBODY', {
    step: 'open session',
    message: 'the browser is not logged in',
    next: 'log in and open the tab again',
  })

/** The page shows as many tabs as one connection may have. */
export const tooManyTabs = (): WebError =>
  new WebError('WEB_TABS', {
    step: 'open session',
    message: `${MOST_ROOMS} tabs are open on one page`,
    next: 'close some of them, or open another page',
    facts: { most: MOST_ROOMS },
  })

export const tooMany = (): WebError =>
  new WebError('WEB_TOO_MANY', {
    step: 'open session',
    message: 'too many pages of this user are open',
    next: 'close some of them, or raise MAX_WEB_SOCKETS_PER_USER',
  })
