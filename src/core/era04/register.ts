import { Secret } from '../../base/secret.ts'
import { parseBody, reasonIn, refusal } from '../answer.ts'
import type { Applicant } from '../register-v2.ts'
import { giveUp, legalName, nameRefused } from '../registration-errors.ts'
import type { AccessKey } from '../sign.ts'
import type { Core } from '../transport.ts'
import { RegistrationWire } from './wire.ts'

/**
 * POST /api/applications/v1/terminal/register/: the key, which works as soon as an administrator has activated the
 * terminal. 200 is the answer to a name that is taken. Throws CoreError CORE_REGISTRATION for what waiting cannot mend.
 */
export async function register04(
  core: Core,
  { name, lost }: Pick<Applicant, 'name' | 'lost'>,
  signal?: AbortSignal,
): Promise<AccessKey> {
  const answer = await core.send(
    {
      step: 'register',
      method: 'POST',
      path: '/api/applications/v1/terminal/register/',
      auth: { kind: 'none' },
      body: { name },
      connection: 'own',
    },
    signal,
  )
  const said = reasonIn(answer.body)
  if (answer.status === 200) throw nameRefused({ name, lost, said })
  if (answer.status === 400)
    throw giveUp(
      `core does not register this terminal (${said})`,
      `set NAME, for example to "${legalName(name)}"`,
    )
  if (answer.status === 404)
    throw giveUp(
      'core does not know the registration of version 0.4',
      'check CORE_HOST, and set API_VERSION to 1.5 for Jumpserver 1.x',
    )
  if (answer.status !== 201) throw refusal(answer)
  const { access_key_id: id, access_key_secret: secret } = parseBody(RegistrationWire, answer)
  return { id, secret: new Secret(secret) }
}
