import { type Clock, sleep } from '../base/clock.ts'
import { Secret } from '../base/secret.ts'
import { type CoreAnswer, hasField, parseBody, reasonIn, refusal, unusable } from './answer.ts'
import { CoreError } from './core-error.ts'
import { PendingRequest } from './pending-request.ts'
import type { Applicant } from './register-v2.ts'
import { giveUp, nameRefused } from './registration-errors.ts'
import type { AccessKey } from './sign.ts'
import type { Core } from './transport.ts'
import { GivenKeyWire, PendingTerminalWire } from './wire.ts'

export interface V1Parts {
  readonly core: Core
  readonly clock: Clock
  /** ACCESS_KEY_FILE, for what to do by hand. */
  readonly file: string
  /** Says what is being waited for. */
  readonly tell: (reason: string) => void
}

/** Between two looks at whether an administrator has accepted. */
const POLL_MS = 7_000
/** How long core lets one wait: the life of the token it gave. */
const TOKEN_MS = 3_600_000
/** So long a core may answer 500 to a look before that is its known fault and not a core in trouble. */
const PATIENCE_MS = 60_000

interface Pending {
  readonly id: string
  readonly token: string
  readonly since: number
}

/**
 * Registration of cores before 1.4.9: asks for a terminal, then waits until an administrator accepts it. Asks anew
 * when the request has grown older than an hour. Throws CoreError CORE_REGISTRATION for what waiting cannot mend.
 */
export async function registerV1(
  parts: V1Parts,
  applicant: Applicant,
  signal?: AbortSignal,
): Promise<AccessKey> {
  const { name } = applicant
  const memory = new PendingRequest(parts.file)
  let pending = await remembered(parts, memory, name)
  for (let own = pending !== undefined; ; own = true) {
    pending ??= await request(parts, { ...applicant, own }, signal)
    await memory.keep({
      address: parts.core.address,
      name,
      ...pending,
      at: parts.clock.now() - ageOf(parts, pending),
    })
    const key = await untilAccepted(parts, { ...pending, name }, signal).catch(async (error: unknown) => {
      // What was stopped is waited for again after the restart; any other end is one.
      if (!signal?.aborted) await memory.drop()
      throw error
    })
    await memory.drop()
    if (key) return key
    pending = undefined
  }
}

const ageOf = ({ clock }: V1Parts, { since }: Pending): number => clock.monotonic() - since

async function remembered(
  { core: { address }, clock }: V1Parts,
  memory: PendingRequest,
  name: string,
): Promise<Pending | undefined> {
  const now = clock.now()
  const kept = await memory.read({ address, name }, { now, mostAge: TOKEN_MS })
  return kept && { id: kept.id, token: kept.token, since: clock.monotonic() - (now - kept.at) }
}

/** POST /api/terminal/v1/terminal/: 201 with id and token, 409 for a name in use. */
async function request(
  parts: V1Parts,
  { name, lost, own }: Applicant & { own: boolean },
  signal?: AbortSignal,
): Promise<Pending> {
  const { core, clock } = parts
  for (;;) {
    const answer = await core.send(
      {
        step: 'register',
        method: 'POST',
        path: '/api/terminal/v1/terminal/',
        auth: { kind: 'none' },
        body: { name },
        connection: 'own',
      },
      signal,
    )
    if (answer.status === 201) return { ...parseBody(PendingTerminalWire, answer), since: clock.monotonic() }
    if (answer.status !== 409 || !own) throw refused(answer, { name, lost })
    parts.tell(
      `nobody accepted this bastion within an hour, and its request is still in the way: delete it in Jumpserver, Sessions → Terminals → ${name} → Delete; it is asked anew then`,
    )
    await pause(clock, signal)
  }
}

function refused(answer: CoreAnswer, { name, lost }: { name: string; lost: boolean }): CoreError {
  const said = reasonIn(answer.body)
  if (answer.status === 409 || (answer.status === 400 && hasField(answer.body, 'name')))
    return nameRefused({ name, lost, said })
  if (answer.status === 404)
    return giveUp(
      'core has neither the registration of version 2 nor that of version 1',
      'check that CORE_HOST points at Jumpserver core, without a path',
    )
  return refusal(answer)
}

/** Polls for the key; undefined when the request has died of age. */
async function untilAccepted(
  parts: V1Parts,
  pending: Pending & { name: string },
  signal?: AbortSignal,
): Promise<AccessKey | undefined> {
  const { clock } = parts
  let brokenSince: number | undefined
  for (;;) {
    const look = await lookFor(parts, pending, signal)
    if (look.kind === 'key') return look.key
    if (look.kind === 'over') return undefined
    brokenSince = look.kind === 'broken' ? (brokenSince ?? clock.monotonic()) : undefined
    if (brokenSince !== undefined && clock.monotonic() - brokenSince >= PATIENCE_MS)
      throw giveUp(look.reason, remedyForFault(parts.file))
    parts.tell(look.reason)
    await pause(clock, signal)
  }
}

type Look =
  | { readonly kind: 'key'; readonly key: AccessKey }
  | { readonly kind: 'waiting' | 'broken'; readonly reason: string }
  | { readonly kind: 'over'; readonly reason: string }

/** GET /api/terminal/v1/terminal/<id>/access-key/: 200 key, 400 not accepted yet, 401 never by this request. */
async function lookFor(
  { core, clock }: V1Parts,
  { id, token, since, name }: Pending & { name: string },
  signal?: AbortSignal,
): Promise<Look> {
  try {
    const answer = await core.send(
      {
        step: 'register',
        method: 'GET',
        path: `/api/terminal/v1/terminal/${id}/access-key/`,
        query: { token },
        auth: { kind: 'none' },
      },
      signal,
    )
    if (answer.status === 400) return { kind: 'waiting', reason: whatToClick(name) }
    if (answer.status === 401) return unauthorised(answer, { name, age: clock.monotonic() - since })
    if (answer.status !== 200) throw refusal(answer)
    const { access_key: key } = parseBody(GivenKeyWire, answer)
    return { kind: 'key', key: { id: key.id, secret: new Secret(key.secret) } }
  } catch (error) {
    if (!(error instanceof CoreError) || error.kind !== 'unavailable') throw error
    return error.status === 500
      ? { kind: 'broken', reason: knownFault(name) }
      : { kind: 'waiting', reason: error.message }
  }
}

/** Core tells the cases of 401 apart by bare texts. After an hour all of them mean that the token is dead. */
function unauthorised({ body }: CoreAnswer, { name, age }: { name: string; age: number }): Look {
  const said = reasonIn(body)
  if (age >= TOKEN_MS || said === 'Token is not valid') return { kind: 'over', reason: said }
  if (said === 'No access key generate')
    throw giveUp(
      `core accepted "${name}" without an account and gives out no key (${said})`,
      `delete the terminal ${name} in Jumpserver (Sessions / Terminals) and start again`,
    )
  throw giveUp(
    `an administrator rejected or deleted the request of "${name}" (${said})`,
    'start again to ask anew, once the administrator agrees',
  )
}

const whatToClick = (name: string): string =>
  `an administrator has to accept this bastion: in Jumpserver click Sessions → Terminals → ${name} → Accept`

const knownFault = (name: string): string =>
  `core answers 500 to the request for the access key of "${name}": cores 1.4.5 - 1.5.9 do so once the terminal is accepted, and never give out the key`

const remedyForFault = (file: string): string =>
  `upgrade core to 1.4.9 or later, which registers with BOOTSTRAP_TOKEN; or put a key (id:secret) made by an administrator into ${file}`

async function pause(clock: Clock, signal?: AbortSignal): Promise<void> {
  if (!(await sleep(clock, POLL_MS, signal)))
    throw unusable('register', { message: 'stopped while waiting for core' })
}
