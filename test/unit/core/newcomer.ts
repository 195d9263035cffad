import { access, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Secret } from '../../../src/base/secret.ts'
import { obtainAccessKey } from '../../../src/core/registration.ts'
import { CoreTransport } from '../../../src/core/transport.ts'
import type { Waiting } from '../../../src/core/waiting.ts'
import { silentLog } from '../../../src/log.ts'
import { startCoreDouble } from '../../fixtures/core-double.ts'
import { ObservedClock } from './observed-clock.ts'

/** Lengths of the first pause between two tries, and of any. */
export const PAUSE = [100, 600] as const
export const ANY_PAUSE = [250, 4_000] as const

/** A host that starts for the first time, and a core for it. */
export async function newcomer({
  name = 'bj-01',
  token = 'bootstrap-of-the-double',
  log = silentLog(),
} = {}) {
  const home = await mkdtemp(join(tmpdir(), 'cocod-register-'))
  const file = join(home, 'keys', '.access_key')
  const clock = new ObservedClock(Date.UTC(2026, 0, 1))
  const core = await startCoreDouble({ now: () => clock.now() + skew })
  let skew = 0
  const transport = new CoreTransport({ address: core.url, clock })
  const told: Waiting[] = []
  const stop = new AbortController()
  const options = { name, bootstrapToken: new Secret(token), accessKey: { file } }
  const onWaiting = (waiting: Waiting): void => void told.push(waiting)
  const parts = { core: transport, clock, log, options, onWaiting }
  return {
    core,
    clock,
    file,
    told,
    stop,
    parts,
    /** Sets core's clock so many ms before ours. */
    skewCore: (ms: number): void => {
      skew = ms
    },
    /** Lets time pass, try by try, until `ms` of the clock. */
    passUntil: async (ms: number): Promise<void> => {
      while (clock.monotonic() < ms) clock.advance(await clock.untilTimer(...ANY_PAUSE))
    },
    /** Lets time pass, try by try, until `end` has come. */
    pass: async <T>(end: Promise<T>): Promise<T> => {
      let isOver = false
      const over = end
        .catch(() => undefined)
        .finally(() => {
          isOver = true
        })
      for (;;) {
        const ms = await Promise.race([clock.untilTimer(...ANY_PAUSE), over.then(() => 0)])
        if (isOver) return await end
        clock.advance(ms)
      }
    },
    obtain: () => obtainAccessKey(parts, stop.signal),
    [Symbol.asyncDispose]: async () => {
      stop.abort()
      transport[Symbol.dispose]()
      await core[Symbol.asyncDispose]()
      await rm(home, { recursive: true })
    },
  }
}

/** As an administrator deletes the terminal, its account with it. */
export function deleteTerminals({ core }: Awaited<ReturnType<typeof newcomer>>): void {
  core.state.terminals.clear()
  core.state.users.clear()
}

export const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  )
