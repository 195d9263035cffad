import { type Audit, NOT_BEGUN, type Recording, type SessionFacts } from '../audit/audit.ts'
import type { Clock } from '../base/clock.ts'
import type { AppService } from '../core/app-service.ts'
import { CoreError } from '../core/core-error.ts'
import type { SessionRecord, Target } from '../core/model.ts'
import type { Principal } from './principal.ts'

/** What core is told of a session; `account` is the name on the asset, `at` in ms since the epoch. */
export function recordOf(
  { principal, target }: { principal: Principal; target: Target },
  { id, account, at }: { id: string; account: string; at: number },
): SessionRecord {
  const { user, loginFrom, remoteAddr } = principal
  const { asset } = target
  return {
    id,
    user: `${user.name} (${user.username})`,
    asset: asset.hostname,
    systemUser: account,
    orgId: asset.orgId,
    loginFrom,
    remoteAddr,
    dateStart: at,
  }
}

export interface RecordDeps {
  readonly core: Pick<AppService, 'createSession'>
  readonly audit: Audit
  readonly clock: Clock
}

/** A recorder whose session core knows. Nothing may run on the asset before: a command is over in a moment. */
export async function beginRecord(
  { audit, core, clock }: RecordDeps,
  facts: SessionFacts,
  orders: AbortSignal,
): Promise<Recording> {
  const recording = await audit.open(facts)
  await recording.known()
  try {
    await core.createSession(facts.record, orders)
  } catch (error) {
    await abandon(recording, error, clock)
    throw error
  }
  return recording
}

/** A refusal means core does not know the session; anything else may mean that it does, and it is finished there. */
async function abandon(recording: Recording, error: unknown, clock: Clock): Promise<void> {
  if (error instanceof CoreError && error.kind === 'refused') return await recording.discard()
  await recording.close({ reason: NOT_BEGUN, exit: { kind: 'none' }, at: clock.now() })
}
