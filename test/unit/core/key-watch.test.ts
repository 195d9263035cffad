import { readdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { Scope } from '../../../src/base/scope.ts'
import { CoreLink } from '../../../src/core/core-link.ts'
import { createLog } from '../../../src/log.ts'
import { deleteTerminals, newcomer } from './newcomer.ts'
import { containing, matching } from './parts.ts'

/** Pauses of the heartbeat while it fails, and while it does not. */
const FAILING = [100, 1_500] as const
const INTERVAL = [16_000, 20_000] as const

/** A registered bastion whose heart beats, and its log. */
async function running(given: Parameters<typeof newcomer>[0] = {}) {
  const lines: string[] = []
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString())
      done()
    },
  })
  const log = createLog({ level: 'info', destination })
  const all = await newcomer({ ...given, log })
  const scope = new Scope()
  const { clock, core } = all
  const link = new CoreLink(
    {
      ...{ address: core.url, registration: all.parts.options, clock, log, onWaiting: () => undefined },
      proxyLogDirectory: 'unused',
      ...{ liveSessions: () => [], onTask: async () => undefined, onReturn: () => undefined },
    },
    scope,
  )
  await link.connect(all.stop.signal)
  await clock.untilTimer(...INTERVAL)
  return {
    ...all,
    link,
    logged: (text: string) => lines.filter((line) => line.includes(text)),
    keyFiles: async () => (await readdir(dirname(all.file))).sort(),
    beat: async (): Promise<void> => clock.advance(await clock.untilTimer(...INTERVAL)),
    /** Lets refused beats go by for so many ms. */
    refused: async (ms: number): Promise<void> => {
      const until = clock.monotonic() + ms
      while (clock.monotonic() < until) clock.advance(await clock.untilTimer(...FAILING))
      await clock.untilTimer(...FAILING)
    },
    [Symbol.asyncDispose]: async () => {
      await scope.close()
      await all[Symbol.asyncDispose]()
    },
  }
}

const beats = ({ core }: Pick<Awaited<ReturnType<typeof newcomer>>, 'core'>) =>
  core.journal.of('POST', '/terminal/status/').filter(({ status }) => status === 201).length

test('a key refused for a minute is replaced while the bastion runs, under all who use it', async () => {
  await using all = await running()
  deleteTerminals(all)
  await all.beat()
  await all.refused(50_000)
  expect(all.link.waitingFor).toContain('Invalid signature')
  expect(await all.keyFiles()).toEqual(['.access_key'])
  const before = beats(all)
  await all.refused(9_000)
  while (all.core.journal.of('POST', 'registrations').length < 2) await all.refused(500)
  await all.core.until(({ state }) => state.terminals.size === 1)
  while (beats(all) === before) {
    const next = await Promise.race([
      all.clock.untilTimer(...FAILING),
      all.core.until(() => beats(all) > before),
    ])
    if (typeof next === 'number') all.clock.advance(next)
  }
  await all.clock.untilTimer(...INTERVAL)
  expect(all.link.waitingFor).toBeUndefined()
  expect(await all.keyFiles()).toEqual(['.access_key', matching(/rejected/)])
  expect(all.core.journal.of('POST', 'registrations')).toHaveLength(2)
  await all.link.lastBeat(AbortSignal.timeout(10_000))
  expect(all.logged('last heartbeat did not')).toEqual([])
})

test('a taken name at run time is said with what to do and not tried again', async () => {
  await using all = await running()
  all.core.state.terminals.clear()
  await all.beat()
  await all.refused(63_000)
  await all.core.until(({ journal }) => journal.of('POST', 'registrations').length === 2)
  await all.refused(200_000)
  expect(all.core.journal.of('POST', 'registrations')).toHaveLength(2)
  expect(all.link.waitingFor).toMatch(/"bj-01" is taken.*delete that terminal/)
  expect(all.logged('for good')).toHaveLength(1)
})

test('without a bootstrap token a refused key is named at run time, and its file stays', async () => {
  await using all = await running()
  Object.assign(all.parts.options, { bootstrapToken: undefined })
  await using scope = new Scope()
  const link = new CoreLink(
    {
      ...{ address: all.core.url, registration: all.parts.options, clock: all.clock, log: all.parts.log },
      ...{ onWaiting: () => undefined, liveSessions: () => [], onTask: async () => undefined },
      proxyLogDirectory: 'unused',
      onReturn: () => undefined,
    },
    scope,
  )
  await link.connect(all.stop.signal)
  deleteTerminals(all)
  await all.beat()
  await all.refused(70_000)
  expect(link.waitingFor).toMatch(/no BOOTSTRAP_TOKEN is set/)
})

test('a terminal that is switched off while it runs says so once, and goes on when it is on again', async () => {
  await using all = await running()
  const user = [...all.core.state.terminals.values()][0]?.user
  if (!user) throw new Error('no terminal')
  user.isActive = false
  await all.beat()
  await all.refused(300_000)
  expect(all.link.waitingFor).toContain('Sessions → Terminals → bj-01')
  expect(all.logged('does not take requests')).toHaveLength(1)
  expect(await all.keyFiles()).toEqual(['.access_key'])
  user.isActive = true
  all.clock.advance(await all.clock.untilTimer(...FAILING))
  await all.clock.untilTimer(...INTERVAL)
  expect(all.link.waitingFor).toBeUndefined()
  expect(all.logged('takes the access key again')).toHaveLength(1)
})

test('a clock that falls behind is warned of, and told in seconds with the limit when core refuses', async () => {
  await using all = await running()
  all.skewCore(400_000)
  await all.beat()
  await all.clock.untilTimer(...INTERVAL)
  await all.beat()
  await all.clock.untilTimer(...INTERVAL)
  expect(all.logged('"limitSeconds":900')).toEqual([containing('refuses all requests from the limit on')])
  all.skewCore(1_000_000)
  await all.beat()
  await all.refused(120_000)
  expect(all.link.waitingFor).toMatch(/(999|1000|1001) s behind core's; core takes at most 900 s/)
  expect(all.logged('does not take requests')).toHaveLength(1)
  expect(await all.keyFiles()).toEqual(['.access_key'])
})
