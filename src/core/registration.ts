import { Backoff } from '../base/backoff.ts'
import { type Clock, sleep } from '../base/clock.ts'
import type { Secret } from '../base/secret.ts'
import type { Log } from '../log.ts'
import {
  type AccessKeyOptions,
  type FoundKey,
  findAccessKey,
  probeAccessKeyFile,
  saveAccessKey,
} from './access-key.ts'
import { parseBody, refusal, unusable } from './answer.ts'
import { CoreError } from './core-error.ts'
import { register04 } from './era04/register.ts'
import { HeldKey } from './held-key.ts'
import { type ApiVersion, KeyRefusals, type Verdict } from './key-refusals.ts'
import { registerV1 } from './register-v1.ts'
import { registerV2 } from './register-v2.ts'
import { putBack, setAside } from './set-aside.ts'
import type { Core } from './transport.ts'
import { type Waiting, WaitTeller } from './waiting.ts'
import { UserWire } from './wire.ts'

export interface RegistrationOptions {
  /** NAME: 1 to 32 characters, unique among core's terminals and users. */
  name: string
  /** BOOTSTRAP_TOKEN, as in core's own configuration. */
  bootstrapToken: Secret | undefined
  accessKey: AccessKeyOptions
  /** API of core; default `1.5`. */
  apiVersion?: ApiVersion
}

export interface RegistrationParts {
  core: Core
  clock: Clock
  log: Log
  options: RegistrationOptions
  /** Called within a second when core does not answer, and every 30 s after. */
  onWaiting: (waiting: Waiting) => void
}

/**
 * The access key of this bastion: the one it has, checked with core, or a new one by registration. Waits for ever while
 * core does not answer, while the terminal is switched off and while the clock is wrong. Throws CoreError
 * CORE_REGISTRATION or CORE_ACCESS_KEY for what waiting cannot mend.
 */
export async function obtainAccessKey(parts: RegistrationParts, signal?: AbortSignal): Promise<HeldKey> {
  const { options, log } = parts
  const kept = await findAccessKey(options.accessKey, log)
  const found = kept ?? (await firstRegistration(parts, signal))
  // A key of core 1.x is good at once; one of 0.4 when an administrator has activated the terminal.
  if (!kept && options.apiVersion !== '0.4') return new HeldKey(found)
  for (;;) {
    if (await isAccepted(parts, found, signal)) return new HeldKey(found)
    const anew = await registerAnew(parts, found, signal)
    if (anew) return new HeldKey(anew)
  }
}

/** What core's refusals of a key mean, for the key of `source`. */
export const refusalsOf = (
  { core, clock, options: { name, bootstrapToken, apiVersion } }: Omit<RegistrationParts, 'onWaiting'>,
  source: () => string,
): KeyRefusals => {
  const canRegister = bootstrapToken !== undefined && bootstrapToken.reveal() !== ''
  return new KeyRefusals({ core, clock, name, source, canRegister, apiVersion })
}

/**
 * Replaces a key that core has refused for good: the file is set aside and one registration tried. Undefined when core
 * gave no usable answer: the file is as it was. Throws CoreError when core says no, for example to a name that is
 * taken; the file stays aside then.
 */
export async function registerAnew(
  parts: RegistrationParts,
  { source }: FoundKey,
  signal?: AbortSignal,
): Promise<FoundKey | undefined> {
  const { clock, log, core, onWaiting } = parts
  const aside = await setAside(source, clock.now())
  log.warn({ file: source, aside }, 'core refuses the access key; it is set aside, one registration is tried')
  using teller = new WaitTeller(clock, core.address, onWaiting)
  try {
    return await register(parts, { lost: false, teller }, signal)
  } catch (error) {
    if (!(error instanceof CoreError) || error.kind !== 'unavailable') throw error
    await putBack(aside, source)
    log.warn({ err: error, file: source }, 'core did not answer the registration; the access key is back')
    return undefined
  }
}

async function firstRegistration(parts: RegistrationParts, signal?: AbortSignal): Promise<FoundKey> {
  await probeAccessKeyFile(parts.options.accessKey.file)
  let lost = false
  const attempt = (teller: WaitTeller): Promise<FoundKey> =>
    register(parts, { lost, teller }, signal).catch((error: unknown) => {
      lost = true
      throw error
    })
  const judge = (error: CoreError): Verdict =>
    error.kind === 'unavailable' ? { kind: 'wait', reason: error.message } : { kind: 'stop', error }
  const found = await patiently(parts, { attempt, judge }, signal)
  if (!found) throw unusable('register', { message: 'no registration' })
  return found
}

/** One registration by the way core knows, saved. */
async function register(
  { core, clock, log, options }: RegistrationParts,
  { lost, teller }: { lost: boolean; teller: WaitTeller },
  signal?: AbortSignal,
): Promise<FoundKey> {
  const { name, bootstrapToken } = options
  const { file } = options.accessKey
  const applicant = { name, bootstrapToken, lost }
  const tell = (reason: string): void => teller.changed(reason)
  const key =
    options.apiVersion === '0.4'
      ? await register04(core, applicant, signal)
      : ((await registerV2(core, applicant, signal)) ??
        (await registerV1({ core, clock, file, tell }, applicant, signal)))
  await saveAccessKey(file, key)
  log.info({ name, file }, 'registered with core')
  return { key, source: file }
}

/** Whether core takes the key; false when it is to be replaced by a new registration. */
async function isAccepted(parts: RegistrationParts, found: FoundKey, signal?: AbortSignal): Promise<boolean> {
  const refusals = refusalsOf(parts, () => found.source)
  const attempt = async (): Promise<boolean> => {
    await checkKey(parts, found, signal)
    return true
  }
  return (await patiently(parts, { attempt, judge: (error) => refusals.judge(error) }, signal)) ?? false
}

/** GET /api/users/v1/profile/: the key must be a terminal's. Its answer 403 is `credentials`, for the caller to judge. */
async function checkKey(
  { core, options }: Pick<RegistrationParts, 'core' | 'options'>,
  { key, source }: FoundKey,
  signal?: AbortSignal,
): Promise<void> {
  const answer = await core.send(
    { step: 'check access key', method: 'GET', path: '/api/users/v1/profile/', auth: { kind: 'key', key } },
    signal,
  )
  if (answer.status !== 200) throw refusal(answer)
  // The role is a translated text there.
  if (options.apiVersion === '0.4') return
  const { role, username } = parseBody(UserWire, answer)
  if (role !== 'App')
    throw new CoreError('CORE_ACCESS_KEY', 'credentials', {
      step: 'check access key',
      message: `the access key in ${source} belongs to the user ${username}, not to a terminal`,
      next: `delete ${source} to register a terminal`,
    })
}

interface Trying<T> {
  attempt: (teller: WaitTeller) => Promise<T>
  judge: (error: CoreError) => Verdict
}

/** Tries until core says yes or a final no; undefined when the key is to be replaced. */
async function patiently<T>(
  { core, clock, onWaiting }: RegistrationParts,
  { attempt, judge }: Trying<T>,
  signal?: AbortSignal,
): Promise<T | undefined> {
  using teller = new WaitTeller(clock, core.address, onWaiting)
  const pauses = new Backoff({ first: 500, most: 4_000 })
  for (;;) {
    try {
      return await attempt(teller)
    } catch (error) {
      if (!(error instanceof CoreError)) throw error
      const verdict = judge(error)
      if (verdict.kind === 'stop') throw verdict.error
      if (verdict.kind === 'replace') return undefined
      if (verdict.toDo) teller.changed(verdict.reason)
      else teller.failed(verdict.reason)
      if (!(await sleep(clock, pauses.next(), signal)))
        throw unusable('register', { message: 'stopped while waiting for core' })
    }
  }
}
