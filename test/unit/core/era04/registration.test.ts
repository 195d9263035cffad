import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { obtainAccessKey } from '../../../../src/core/registration.ts'
import type { Waiting } from '../../../../src/core/waiting.ts'
import { ANY_PAUSE } from '../newcomer.ts'
import { refusalOf, type World04, world04 } from './world.ts'

function applicant(all: World04, name: string) {
  const told: Waiting[] = []
  const file = join(all.home, 'keys', '.access_key')
  const { core, clock, log } = all.parts
  const options = { name, bootstrapToken: undefined, accessKey: { file }, apiVersion: '0.4' as const }
  const onWaiting = (waiting: Waiting): void => void told.push(waiting)
  return { told, file, obtain: () => obtainAccessKey({ core, clock, log, options, onWaiting }) }
}

/** Lets time pass, pause by pause, until `end` has come. */
async function pass<T>({ clock }: World04, end: Promise<T>): Promise<T> {
  let isOver = false
  const over = end
    .catch(() => undefined)
    .then(() => {
      isOver = true
      return 0
    })
  for (;;) {
    const ms = await Promise.race([clock.untilTimer(...ANY_PAUSE), over])
    if (isOver) return await end
    clock.advance(ms)
  }
}

test('a new terminal is registered, its key kept, and its activation waited for with what to click', async () => {
  await using all = await world04()
  const { told, file, obtain } = applicant(all, '堡垒-1')
  const key = obtain()
  await pass(
    all,
    all.core.until(({ journal }) => journal.of('GET', '/profile/').length === 2),
  )
  expect(told.at(-1)?.reason).toContain('open Applications → Terminal → 堡垒-1 and activate it')
  all.core.activate('堡垒-1')
  const { id, secret } = await pass(all, key)
  expect(await readFile(file, 'utf8')).toContain(`${id}:${secret.reveal()}`)
  expect(all.core.journal.of('POST', '/register/').map(({ body }) => body)).toEqual([{ name: '堡垒-1' }])
})

test('the activation is waited for as long as it takes', async () => {
  await using all = await world04()
  const { obtain } = applicant(all, 'bj-01')
  const key = obtain()
  while (all.clock.monotonic() < 300_000) all.clock.advance(await all.clock.untilTimer(...ANY_PAUSE))
  all.core.activate('bj-01')
  expect((await pass(all, key)).id).toBe(all.core.state.terminals.at(-1)?.key.id)
})

test('a name that is taken, and one that core does not take, end the start with what to do', async () => {
  await using all = await world04()
  const taken = await refusalOf(applicant(all, 'bastion').obtain())
  expect(taken).toMatchObject({ code: 'CORE_REGISTRATION' })
  expect(taken.message).toContain('is taken in core')
  const long = await refusalOf(applicant(all, 'x'.repeat(40)).obtain())
  expect(long).toMatchObject({ code: 'CORE_REGISTRATION' })
  expect(long.next).toContain('set NAME')
})

test('a key whose terminal was deleted is not replaced; after a minute the start ends with the remedy', async () => {
  await using all = await world04()
  const { obtain } = applicant(all, 'bj-01')
  all.core.state.activatesAtOnce = true
  await obtain()
  all.core.state.terminals.length = 0
  const failure = await pass(all, refusalOf(obtain()))
  expect(failure.message).toContain('not registered anew, as core 0.4 keeps the name')
  expect(all.core.state.terminals).toEqual([])
})
