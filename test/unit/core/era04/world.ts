import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Secret } from '../../../../src/base/secret.ts'
import { CoreError } from '../../../../src/core/core-error.ts'
import { AppService04 } from '../../../../src/core/era04/app-service-04.ts'
import type { SessionRecord, Target, User } from '../../../../src/core/model.ts'
import { signRaw } from '../../../../src/core/sign.ts'
import { CoreTransport } from '../../../../src/core/transport.ts'
import { createLog } from '../../../../src/log.ts'
import { startCore04Double } from '../../../fixtures/core04-double.ts'
import { ObservedClock } from '../observed-clock.ts'
import { sessionRecord } from '../parts.ts'

export const ALICE = { username: 'alice', remoteAddr: '203.0.113.7', loginType: 'T' } as const
export const PASSWORD = new Secret('pw-alice')
export const PUBLIC_KEY = 'AAAAC3NzaC1lZDI1NTE5AAAA'

/** A core 0.4 with one user, an asset in a group and an active terminal, and the service on it under a clock that stands. */
export async function world04() {
  const home = await mkdtemp(join(tmpdir(), 'cocod-era04-'))
  const clock = new ObservedClock(Date.UTC(2017, 7, 1))
  const core = await startCore04Double({ now: () => clock.now() })
  const alice = core.addUser({
    username: 'alice',
    name: '爱丽丝',
    password: 'pw-alice',
    publicKeys: [PUBLIC_KEY],
  })
  const web = core.addAsset({ hostname: 'web-01', ip: '10.0.0.1', port: 2222 })
  const root = core.addSystemUser({ username: 'root', password: 'root-pw', private_key: 'PEM' })
  const group = core.addGroup('前端', web)
  core.grant(alice, web, root)
  const key = { id: randomUUID(), secret: randomUUID() }
  core.state.terminals.push({ name: 'bastion', key, isActive: true, tasks: [] })
  const lines: string[] = []
  const log = createLog({ level: 'info', destination: { write: (line: string) => void lines.push(line) } })
  const transport = new CoreTransport({ address: core.url, clock, signing: signRaw })
  const parts = {
    ...{ core: transport, key: { id: key.id, secret: new Secret(key.secret) }, clock, log },
    proxyLogDirectory: join(home, 'proxy-logs'),
  }
  const service = new AppService04(parts)
  return {
    ...{ core, clock, service, alice, web, root, group, parts, home, lines },
    /** The same bastion after a restart: nothing but the files is left. */
    restarted: () => new AppService04(parts),
    login: async (): Promise<User> => {
      const answer = await service.authenticate({ ...ALICE, password: PASSWORD })
      if (answer.kind !== 'accepted') throw new Error(answer.kind)
      return answer.user
    },
    /** Lets time pass as the keeping of tokens has it, pause by pause. */
    pass: async (hours: number): Promise<void> => {
      const end = clock.monotonic() + hours * 3_600_000
      while (clock.monotonic() < end) clock.advance(await clock.untilTimer(60_000, 600_000))
      await clock.untilTimer(60_000, 600_000)
    },
    [Symbol.asyncDispose]: async () => {
      await service[Symbol.asyncDispose]()
      transport[Symbol.dispose]()
      await core[Symbol.asyncDispose]()
      await rm(home, { recursive: true, force: true })
    },
  }
}

export type World04 = Awaited<ReturnType<typeof world04>>

export async function onlyTarget({ service }: World04, user: User): Promise<Target> {
  const [asset] = await service.assets(user)
  const systemUser = asset?.systemUsers[0]
  if (!asset || !systemUser) throw new Error('no target')
  return { asset, systemUser }
}

export const session = (given: Partial<SessionRecord> = {}): SessionRecord =>
  sessionRecord({ id: randomUUID(), user: 'Alice (alice)', dateStart: Date.UTC(2017, 7, 1), ...given })

/** The CoreError it fails with. */
export async function refusalOf(call: Promise<unknown>): Promise<CoreError> {
  const error: unknown = await call.then(
    () => new Error('it did not fail'),
    (cause: unknown) => cause,
  )
  if (error instanceof CoreError) return error
  throw error
}
