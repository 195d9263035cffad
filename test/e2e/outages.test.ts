import { expect, test } from 'vitest'
import { startBastion } from '../fixtures/bastion.ts'
import type { OutageKind } from '../fixtures/core-double/outages.ts'
import { startCoreDouble } from '../fixtures/core-double.ts'

const KINDS: readonly OutageKind[] = [
  ...(['reset', 'hang', '500', 'html', 'badGateway', 'halfBody', 'loseAnswer'] as const),
]

test('a running session notices no outage of core, and all of it is there once afterwards', async () => {
  await using core = await startCoreDouble()
  await using bastion = await startBastion({ core })
  await using ssh = await bastion.ssh({ as: bastion.direct })
  await ssh.untilScreen(/[$#]/)
  const typed: string[] = []
  const type = async (word: string): Promise<void> => {
    typed.push(`echo ${word}-$((40+2))`)
    ssh.type(`${typed.at(-1)}\r`)
    await ssh.untilScreen(new RegExp(`${word}-42`))
  }
  for (const kind of KINDS) {
    using _outage = core.fail(kind)
    await core.until(({ journal }) => journal.entries.some(({ outage }) => outage === kind))
    await type(kind)
  }
  await core.refuse()
  await type('refused')
  await core.accept()
  await type('back')
  await core.until(({ state }) => state.commands.some(({ input }) => input === typed.at(-1)))
  ssh.type('exit\r')
  expect(await ssh.closed).toBe(0)
  await core.until(({ state }) => [...state.sessions.values()].every(({ has_replay }) => has_replay))
  expect(core.onlySession()).toMatchObject({ is_finished: true, has_replay: true })
  expect(core.state.commands.map(({ input }) => input)).toEqual([...typed, 'exit'])
})
