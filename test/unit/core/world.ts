import { randomUUID } from 'node:crypto'
import type { CommandRecord, Target, User } from '../../../src/core/model.ts'
import { startCoreDouble } from '../../fixtures/core-double.ts'
import type { ManualClock } from '../../fixtures/manual-clock.ts'
import { CoreParts, secretKey, sessionRecord } from './parts.ts'

/** A core with one user, one asset and a registered terminal, and the service on it. */
export async function world({
  version = '1.5.2' as '1.5.1' | '1.5.2',
  clock = undefined as ManualClock | undefined,
} = {}) {
  const core = await startCoreDouble({ version, ...(clock ? { now: () => clock.now() } : {}) })
  const terminal = core.state.addTerminal('bastion')
  const alice = core.addUser({ username: 'alice', name: '爱丽丝', password: 'pw-alice' })
  const web = core.addAsset({ hostname: 'web-01', ip: '10.0.0.1' })
  const root = core.addSystemUser({ username: 'root', password: 'root-pw' })
  core.grant(alice, web, root)
  const parts = new CoreParts(core.url, { key: secretKey(terminal.key), ...(clock ? { clock } : {}) })
  const user: User = { id: alice.id, username: 'alice', name: '爱丽丝', role: 'User' }
  return {
    core,
    parts,
    service: parts.service,
    user,
    alice,
    web,
    root,
    [Symbol.asyncDispose]: async () => {
      await parts[Symbol.asyncDispose]()
      await core[Symbol.asyncDispose]()
    },
  }
}

export async function onlyTarget({
  service,
  user,
}: {
  service: CoreParts['service']
  user: User
}): Promise<Target> {
  const [asset] = await service.assets(user)
  const systemUser = asset?.systemUsers[0]
  if (!asset || !systemUser) throw new Error('no target')
  return { asset, systemUser }
}

export const newSession = () => sessionRecord({ id: randomUUID(), dateStart: Date.now() })
export const command = (input: string, given: Partial<CommandRecord> = {}): CommandRecord => ({
  input,
  output: '',
  at: Date.now(),
  ...given,
})
