import { plainAddress } from '../../base/ip-address.ts'
import { Secret } from '../../base/secret.ts'
import { hasField, parseBody, reasonIn, refusal } from '../answer.ts'
import type { AuthAnswer, LoginAttempt, User } from '../model.ts'
import type { Core } from '../transport.ts'
import { loginOver, type UserTokens } from './user-tokens.ts'
import { LoginWire } from './wire.ts'

type Judged =
  | { readonly kind: 'accepted'; readonly user: User; readonly token: Secret }
  | Extract<AuthAnswer, { kind: 'refused' }>

/**
 * POST /api/users/v1/auth/, and the token it gives is used at once: core hands the same one to all logins of a user
 * from this bastion, also when it is dead. Then once more, as its entry may have ended meanwhile; the same dead one
 * again is said plainly (CORE_TOKEN) and is no refusal of the person.
 */
export async function authenticate(
  { core, tokens }: { core: Core; tokens: UserTokens },
  attempt: LoginAttempt,
  signal?: AbortSignal,
): Promise<AuthAnswer> {
  let last: string | undefined
  for (;;) {
    const judged = await login(core, attempt, signal)
    if (judged.kind === 'refused') return judged
    const { user, token } = judged
    if (token.reveal() === last)
      throw loginOver('authenticate', 'core gives out a login token that it refuses itself')
    if (await tokens.isAlive(token, signal)) {
      tokens.keep(user, token)
      return { kind: 'accepted', user }
    }
    if (last !== undefined) throw loginOver('authenticate', 'core refuses two login tokens it just gave')
    last = token.reveal()
  }
}

async function login(core: Core, attempt: LoginAttempt, signal?: AbortSignal): Promise<Judged> {
  const answer = await core.send(
    {
      step: 'authenticate',
      method: 'POST',
      path: '/api/users/v1/auth/',
      auth: { kind: 'none' },
      connection: 'own',
      body: {
        username: attempt.username,
        password: attempt.password?.reveal() ?? '',
        public_key: attempt.publicKey ?? '',
        login_type: attempt.loginType === 'T' ? 'ST' : 'WT',
        remote_addr: plainAddress(attempt.remoteAddr),
      },
    },
    signal,
  )
  if (answer.status === 401) return { kind: 'refused', reason: reasonIn(answer.body) }
  if (answer.status === 400)
    return { kind: 'refused', reason: hasField(answer.body, 'msg') ? reasonIn(answer.body) : 'not accepted' }
  if (answer.status !== 200) throw refusal(answer)
  const { token, user } = parseBody(LoginWire, answer)
  if (user.is_active === false) return { kind: 'refused', reason: 'the user is not active' }
  const { id, username, name } = user
  return { kind: 'accepted', user: { id, username, name: name || username }, token: new Secret(token) }
}
