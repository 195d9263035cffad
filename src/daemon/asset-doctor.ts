import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import type { AssetConnector } from '../asset/connector.ts'
import type { ControlAnswer } from '../base/control-socket.ts'
import { isFault } from '../base/fault.ts'
import type { AppService } from '../core/app-service.ts'
import type { Target, User } from '../core/model.ts'
import type { Log } from '../log.ts'
import { answerOf, asked, type ControlCommands, ControlError } from './control.ts'
import type { KnownPeople } from './known-people.ts'

/** Names of assets remembered. */
const MOST = 10_000

interface LastTarget {
  readonly user: User
  readonly target: Target
}

/** Who connected to an asset last, or tried to, since the start. */
export class LastTargets {
  readonly #targets = new LRUCache<string, LastTarget>({ max: MOST })

  /** The same core, what is asked of it remembered. */
  watching(
    core: Pick<AppService, 'prepare' | 'createSession'>,
  ): Pick<AppService, 'prepare' | 'createSession'> {
    return {
      prepare: (user, target, signal) => {
        for (const name of [target.asset.hostname, target.asset.ip]) this.#targets.set(name, { user, target })
        return core.prepare(user, target, signal)
      },
      createSession: (session, signal) => core.createSession(session, signal),
    }
  }

  find(asset: string): LastTarget | undefined {
    return this.#targets.get(asset)
  }
}

export interface AssetDoctorParts {
  readonly core: Pick<AppService, 'assets' | 'prepare'>
  readonly connector: Pick<AssetConnector, 'examine'>
  readonly targets: Pick<LastTargets, 'find'>
  readonly people: Pick<KnownPeople, 'find'>
  readonly log: Log
}

const Word = z.string().min(1).max(256)
const Request = z.object({ asset: Word, as: Word.optional(), account: Word.optional() })

/** What `cocod doctor asset` asks for. */
export const assetDoctor = (parts: AssetDoctorParts): ControlCommands => ({
  'doctor.asset': (request) => examined(parts, asked(Request, request)),
})

async function examined(parts: AssetDoctorParts, request: z.output<typeof Request>): Promise<ControlAnswer> {
  const signal = AbortSignal.timeout(DEADLINE_MS)
  const { user, target } = await patientOf(parts, request, signal)
  const { asset, systemUser } = target
  parts.log.info(
    { asset: asset.hostname, account: systemUser.name, user: user.username },
    'an asset is examined',
  )
  const head = {
    asset: asset.hostname,
    address: asset.ip,
    account: systemUser.username || systemUser.name,
    protocol: systemUser.protocol,
    user: user.username,
  }
  try {
    const prepared = await parts.core.prepare(user, target, signal)
    const permission = {
      name: 'permission',
      state: 'ok' as const,
      text: `${user.username} may connect as ${head.account}`,
    }
    return answerOf({ ...head, checks: [permission, ...(await parts.connector.examine(prepared, signal))] })
  } catch (error) {
    if (!isFault(error)) throw error
    const check = { name: 'permission', state: 'FAIL', text: error.message, next: error.next }
    return answerOf({ ...head, checks: [check] })
  }
}

/** The control socket is patient for a minute. */
const DEADLINE_MS = 55_000

async function patientOf(
  { core, targets, people }: AssetDoctorParts,
  { asset: name, as, account }: z.output<typeof Request>,
  signal: AbortSignal,
): Promise<LastTarget> {
  const last = targets.find(name)
  const user = as === undefined ? last?.user : people.find(as)
  if (!user) throw as === undefined ? noLast(name) : noUser(as)
  if (last && account === undefined && last.user.id === user.id) return last
  const found = (await core.assets(user, { signal })).filter(
    ({ hostname, ip, id }) => hostname === name || ip === name || id === name,
  )
  const [asset] = found
  if (!asset)
    throw new ControlError(`${user.username} has no asset ${name}`, 'correct the name, or grant it in core')
  if (found.length > 1)
    throw new ControlError(`${found.length} assets are called ${name}`, 'use the address or the id')
  const accounts = asset.systemUsers
    .filter((each) => account === undefined || each.username === account || each.name === account)
    .toSorted((one, other) => other.priority - one.priority)
  const systemUser = accounts.find(({ protocol }) => protocol === 'ssh' || protocol === 'telnet')
  if (systemUser) return { user, target: { asset, systemUser } }
  throw new ControlError(
    `${user.username} has no such account on ${asset.hostname}`,
    'name one with --account',
  )
}

const noLast = (asset: string): ControlError =>
  new ControlError(`nobody has tried ${asset} since this daemon started`, 'say for whom: --as USER')

const noUser = (user: string): ControlError =>
  new ControlError(
    `${user} has not logged in here since this daemon started`,
    'let them log in once, or name somebody else: core tells a bastion about people only when they log in',
  )
