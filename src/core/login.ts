import type { z } from 'zod'
import { plainAddress } from '../base/ip-address.ts'
import { Secret } from '../base/secret.ts'
import { type CoreAnswer, parseBody, reasonIn, refusal } from './answer.ts'
import type { AuthAnswer, LoginAttempt, User } from './model.ts'
import type { Core, CoreRequest } from './transport.ts'
import { LoginWire, SecondFactorWire, type UserWire } from './wire.ts'

export interface OtpAttempt {
  readonly seed: Secret
  readonly code: Secret
  readonly remoteAddr: string
  readonly loginType: 'T' | 'W'
}

// Not signed: a login is the user's own. Never repeated: a wrong one counts towards the lock-out.
const LOGIN = {
  method: 'POST',
  auth: { kind: 'none' },
  connection: 'own',
} as const satisfies Partial<CoreRequest>

/** POST /api/authentication/v1/auth/. Without `remote_addr` all users would share one lock-out counter. */
export async function authenticate(
  core: Core,
  attempt: LoginAttempt,
  signal?: AbortSignal,
): Promise<AuthAnswer> {
  const answer = await core.send(
    {
      ...LOGIN,
      step: 'authenticate',
      path: '/api/authentication/v1/auth/',
      body: {
        username: attempt.username,
        password: attempt.password?.reveal() ?? '',
        public_key: attempt.publicKey ?? '',
        remote_addr: plainAddress(attempt.remoteAddr),
        login_type: attempt.loginType,
      },
    },
    signal,
  )
  return judged(answer)
}

/** POST /api/authentication/v1/otp/auth/. Core does not count wrong codes. */
export async function authenticateOtp(
  core: Core,
  attempt: OtpAttempt,
  signal?: AbortSignal,
): Promise<AuthAnswer> {
  const answer = await core.send(
    {
      ...LOGIN,
      step: 'authenticate second factor',
      path: '/api/authentication/v1/otp/auth/',
      body: {
        seed: attempt.seed.reveal(),
        otp_code: attempt.code.reveal(),
        remote_addr: plainAddress(attempt.remoteAddr),
        login_type: attempt.loginType,
      },
    },
    signal,
  )
  return judged(answer)
}

function judged(answer: CoreAnswer): AuthAnswer {
  switch (answer.status) {
    case 200:
      return { kind: 'accepted', user: toUser(parseBody(LoginWire, answer).user) }
    case 300:
      return secondFactor(answer)
    case 401:
      return { kind: 'refused', reason: reasonIn(answer.body) }
    case 400:
      // Only which fields: core's text could repeat what was sent.
      return {
        kind: 'refused',
        reason: `not accepted: ${fieldsOf(answer.body)}`,
      }
    default:
      throw refusal(answer)
  }
}

function secondFactor(answer: CoreAnswer): AuthAnswer {
  const { seed, user } = parseBody(SecondFactorWire, answer)
  // Level 0 and yet a second factor: it is forced for all, and this user has not switched theirs on.
  return { kind: 'otp', seed: new Secret(seed), user: toUser(user), bound: user.otp_level !== 0 }
}

export const toUser = ({ id, username, name, role }: z.output<typeof UserWire>): User => ({
  id,
  username,
  name: name || username,
  role,
})

const fieldsOf = (body: unknown): string =>
  typeof body === 'object' && body !== null ? Object.keys(body).slice(0, 8).join(', ') : ''
