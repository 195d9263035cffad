import { Secret } from '../base/secret.ts'
import { type CoreAnswer, hasField, parseBody, reasonIn, refusal } from './answer.ts'
import type { CoreError } from './core-error.ts'
import { giveUp, nameRefused } from './registration-errors.ts'
import type { AccessKey } from './sign.ts'
import type { Core } from './transport.ts'
import { RegistrationWire } from './wire.ts'

export interface Applicant {
  /** NAME. */
  readonly name: string
  readonly bootstrapToken: Secret | undefined
  /** A try before this one may have reached core, though its answer did not come. */
  readonly lost: boolean
}

/**
 * POST /api/terminal/v2/terminal-registrations/ (core 1.4.9 and later): the key, told this once only; undefined where
 * core does not know the address. Throws CoreError CORE_REGISTRATION for what waiting cannot mend.
 */
export async function registerV2(
  core: Core,
  applicant: Applicant,
  signal?: AbortSignal,
): Promise<AccessKey | undefined> {
  const { name, bootstrapToken } = applicant
  const hasToken = bootstrapToken !== undefined && bootstrapToken.reveal() !== ''
  const answer = await core.send(
    {
      step: 'register',
      method: 'POST',
      path: '/api/terminal/v2/terminal-registrations/',
      // A core of version 1 has no such token: also without one the answer tells which it is.
      auth: hasToken ? { kind: 'bootstrap', token: bootstrapToken } : { kind: 'none' },
      body: { name, comment: 'cocod' },
      connection: 'own',
    },
    signal,
  )
  if (answer.status === 404) return undefined
  if (answer.status === 403 && !hasToken)
    throw giveUp('no BOOTSTRAP_TOKEN is set', "set BOOTSTRAP_TOKEN to the value in core's configuration")
  if (answer.status !== 201) throw refused(answer, applicant)
  const { id, secret } = parseBody(RegistrationWire, answer).service_account.access_key
  return { id, secret: new Secret(secret) }
}

/** Branches on status and field names only: core's texts are translated. */
function refused(answer: CoreAnswer, { name, lost }: Applicant): CoreError {
  const said = reasonIn(answer.body)
  if (answer.status === 403)
    return giveUp(
      `core refuses the bootstrap token (${said})`,
      "set BOOTSTRAP_TOKEN to the value in core's configuration",
    )
  if (answer.status === 400 && hasField(answer.body, 'name')) return nameRefused({ name, lost, said })
  if (answer.status === 400)
    return giveUp(
      `core does not register terminals now (${said})`,
      'let an administrator switch service account registration on',
    )
  return refusal(answer)
}
