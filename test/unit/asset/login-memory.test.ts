import { expect, test } from 'vitest'
import { makeConnector } from '../../fixtures/asset-connector.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'
import { startSshd } from '../../fixtures/sshd.ts'
import { isRoot } from '../../fixtures/system-account.ts'

/** A manual login on a real sshd, which takes the account's password and nothing else. */
async function manual() {
  const sshd = await startSshd({ config: ['AuthenticationMethods password'] })
  const connector = await makeConnector()
  const { port, user, password = '' } = sshd.asset
  const clock = new ManualClock()
  const login = { port, user, loginMode: 'manual', password: undefined } as const
  /** How many questions one login takes, these being the answers. */
  const asked = async (
    answers: readonly string[],
    remember_login: number,
    person = 'u1',
  ): Promise<number> => {
    const before = connector.questions.length
    const connecting = connector.connect({ ...login, person }, { answers, remember_login, clock })
    await connecting.then(
      (connection) => connection[Symbol.asyncDispose](),
      () => undefined,
    )
    return connector.questions.length - before
  }
  return {
    asked,
    clock,
    password,
    [Symbol.asyncDispose]: async () => {
      await connector[Symbol.asyncDispose]()
      await sshd[Symbol.asyncDispose]()
    },
  }
}

test.runIf(isRoot)(
  'what was typed is asked for again each time, unless remembering is configured',
  async () => {
    await using world = await manual()
    const { asked, password } = world
    expect(await asked([password], 0)).toBe(1)
    expect(await asked([password], 0)).toBe(1)
  },
)

test.runIf(isRoot)('a right password is remembered so many minutes, for who typed it alone', async () => {
  await using world = await manual()
  const { asked, clock, password } = world
  expect(await asked([password], 5)).toBe(1)
  expect(await asked([password], 5)).toBe(0)
  expect(await asked([password], 5, 'somebody else')).toBe(1)
  clock.advance(5 * 60_000)
  expect(await asked([password], 5)).toBe(1)
})

test.runIf(isRoot)('a wrong password is never remembered, and the right one behind it is', async () => {
  await using world = await manual()
  const { asked, password } = world
  expect(await asked(['wrong', 'wrong', 'wrong'], 5)).toBe(3)
  expect(await asked(['wrong', password], 5)).toBe(2)
  expect(await asked([password], 5)).toBe(0)
})
