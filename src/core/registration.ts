import { Backoff } from '../base/backoff.ts'
import { type Clock, sleep } from '../base/clock.ts'
import { Secret } from '../base/secret.ts'
import type { Log } from '../log.ts'
import { type AccessKeyOptions, findAccessKey, probeAccessKeyFile, saveAccessKey } from './access-key.ts'
import { type CoreAnswer, hasField, parseBody, reasonIn, refusal, unusable } from './answer.ts'
import { CoreError } from './core-error.ts'
import type { AccessKey } from './sign.ts'
import type { Core } from './transport.ts'
import { type Waiting, WaitTeller } from './waiting.ts'
import { RegistrationWire, UserWire } from './wire.ts'

export interface RegistrationOptions {
  /** NAME: 1 to 32 characters, unique among core's terminals and users. */
  name: string
  /** BOOTSTRAP_TOKEN, as in core's own configuration. */
  bootstrapToken: Secret | undefined
  accessKey: AccessKeyOptions
}

export interface RegistrationParts {
  core: Core
  clock: Clock
  log: Log
  options: RegistrationOptions
  /** Called within a second when core does not answer, and every 30 s after. */
  onWaiting: (waiting: Waiting) => void
}

/** Longest name core takes, in characters. */
const NAME_LENGTH = 32
/** How long core may refuse the key before that is final: a terminal being re-activated, a clock being set. */
const PATIENCE_MS = 60_000

/**
 * The access key of this bastion: the one it has, checked with core, or a new one by registration. Waits for ever while
 * core does not answer. Throws CoreError CORE_REGISTRATION or CORE_ACCESS_KEY for what waiting cannot mend.
 */
export async function obtainAccessKey(parts: RegistrationParts, signal?: AbortSignal): Promise<AccessKey> {
  const { options, log, core } = parts
  const found = await findAccessKey(options.accessKey, log)
  if (found) {
    await patiently(parts, () => checkRole(core, found.key, found.source, signal), found.source, signal)
    return found.key
  }
  await probeAccessKeyFile(options.accessKey.file)
  let lost = false
  const key = await patiently(
    parts,
    () =>
      register(parts, lost, signal).catch((error: unknown) => {
        lost = true
        throw error
      }),
    undefined,
    signal,
  )
  await saveAccessKey(options.accessKey.file, key)
  log.info({ name: options.name, file: options.accessKey.file }, 'registered with core')
  return key
}

/** POST /api/terminal/v2/terminal-registrations/ (core 1.4.9 and later). The secret is told once only. */
async function register(
  { core, options }: RegistrationParts,
  lost: boolean,
  signal?: AbortSignal,
): Promise<AccessKey> {
  const { name, bootstrapToken } = options
  if (!bootstrapToken || bootstrapToken.reveal() === '')
    throw giveUp(
      'no BOOTSTRAP_TOKEN is set',
      "set BOOTSTRAP_TOKEN to the value in core's configuration; without a Jumpserver: cocod start --standalone",
    )
  const answer = await core.send(
    {
      step: 'register',
      method: 'POST',
      path: '/api/terminal/v2/terminal-registrations/',
      auth: { kind: 'bootstrap', token: bootstrapToken },
      body: { name, comment: 'cocod' },
      connection: 'own',
    },
    signal,
  )
  if (answer.status !== 201) throw refused(answer, { name, lost })
  const { id, secret } = parseBody(RegistrationWire, answer).service_account.access_key
  return { id, secret: new Secret(secret) }
}

/** Branches on status and field names only: core's texts are translated. */
function refused(answer: CoreAnswer, { name, lost }: { name: string; lost: boolean }): CoreError {
  const said = reasonIn(answer.body)
  if (answer.status === 403)
    return giveUp(
      `core refuses the bootstrap token (${said})`,
      "set BOOTSTRAP_TOKEN to the value in core's configuration",
    )
  if (answer.status === 404)
    return giveUp(
      'core has no registration of version 2',
      'check CORE_HOST; a core older than 1.4.9 needs version 1, which is not supported yet: put a key into ACCESS_KEY_FILE by hand',
    )
  if (answer.status === 400 && hasField(answer.body, 'name')) return refusedName(name, lost)
  if (answer.status === 400)
    return giveUp(
      `core does not register terminals now (${said})`,
      'let an administrator switch service account registration on',
    )
  return refusal(answer)
}

function refusedName(name: string, lost: boolean): CoreError {
  const length = [...name.trim()].length
  if (length === 0 || length > NAME_LENGTH)
    return giveUp(
      `core does not accept the name "${name}" (1 to ${NAME_LENGTH} characters)`,
      `set NAME, for example to "${legalName(name)}"`,
    )
  const own = lost ? ' (perhaps by our own try a moment ago, whose answer was lost)' : ''
  return giveUp(
    `the name "${name}" is taken in core${own}: by another terminal, by a user, or by this host before it lost its key`,
    `delete that terminal in Jumpserver (Sessions / Terminals), or set NAME, for example to "${legalName(name, '-2')}"`,
  )
}

const legalName = (name: string, suffix = ''): string =>
  [...(name.trim() || 'cocod')].slice(0, NAME_LENGTH - suffix.length).join('') + suffix

/** GET /api/users/v1/profile/: the key must be a terminal's. Its answer 403 is `credentials`, for the caller to wait on. */
async function checkRole(core: Core, key: AccessKey, source: string, signal?: AbortSignal): Promise<void> {
  const answer = await core.send(
    { step: 'check access key', method: 'GET', path: '/api/users/v1/profile/', auth: { kind: 'key', key } },
    signal,
  )
  if (answer.status !== 200) throw refusal(answer)
  const { role, username } = parseBody(UserWire, answer)
  if (role !== 'App')
    throw keyRefused(
      `the access key in ${source} belongs to the user ${username}, not to a terminal`,
      `delete ${source} to register a terminal`,
    )
}

/** Tries until core says yes or a final no. A refused key is final after a minute. */
async function patiently<T>(
  { core, clock, onWaiting }: RegistrationParts,
  attempt: () => Promise<T>,
  source: string | undefined,
  signal?: AbortSignal,
): Promise<T> {
  using teller = new WaitTeller(clock, core.address, onWaiting)
  const pauses = new Backoff({ first: 500, most: 4_000 })
  let refusedSince: number | undefined
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof CoreError)) throw error
      if (error.kind === 'unavailable') refusedSince = undefined
      else if (error.kind !== 'credentials' || error.code !== 'CORE_CREDENTIALS') throw error
      else refusedSince ??= clock.monotonic()
      if (refusedSince !== undefined && clock.monotonic() - refusedSince >= PATIENCE_MS)
        throw keyRefused(
          `${error.message}; key of ${source}${skewNote(core)}`,
          `check the terminal in Jumpserver, this machine's clock, and ${source}`,
        )
      teller.failed(error.message)
      if (!(await sleep(clock, pauses.next(), signal))) throw cancelled()
    }
  }
}

const skewNote = ({ clockSkew }: Core): string =>
  clockSkew === undefined || Math.abs(clockSkew) < 60_000
    ? ''
    : `; this machine's clock is ${Math.round(Math.abs(clockSkew) / 1000)} s ${clockSkew > 0 ? 'behind' : 'ahead of'} core's`

const giveUp = (message: string, next: string): CoreError =>
  new CoreError('CORE_REGISTRATION', 'refused', { step: 'register', message, next })

const keyRefused = (message: string, next: string): CoreError =>
  new CoreError('CORE_ACCESS_KEY', 'credentials', { step: 'check access key', message, next })

const cancelled = (): CoreError => unusable('register', { message: 'stopped while waiting for core' })
