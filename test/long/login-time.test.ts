import { expect, test } from 'vitest'
import { Secret } from '../../src/base/secret.ts'
import { Passwords } from '../../src/standalone/passwords.ts'
import { passwordRequest, rawSsh } from '../fixtures/raw-ssh.ts'
import { openDoor } from '../unit/sshd/door.ts'

const TRIES = Number(process.env['LOGIN_TRIES'] ?? 300)

const median = (times: readonly number[]): number =>
  times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0

/** Times of two things done by turns, ms of processor and waiting. */
async function byTurns(one: () => Promise<unknown>, other: () => Promise<unknown>, rounds: number) {
  const times: [number[], number[]] = [[], []]
  for (let round = 0; round < rounds; round++)
    for (const at of round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
      const began = performance.now()
      await (at === 0 ? one() : other())
      times[at].push(performance.now() - began)
    }
  return [median(times[0]), median(times[1])] as const
}

test('at the door an unknown user and a wrong password take as long, where core does', async () => {
  await using door = await openDoor({ lenient: () => true })
  const refused = async (user: string): Promise<void> => {
    await using raw = await rawSsh({ port: door.port, user })
    raw.send(passwordRequest(user, 'wrong'))
    expect(await raw.next()).toMatchObject({ kind: 'failure' })
  }
  const [known, unknown] = await byTurns(
    () => refused('alice'),
    () => refused('nobody'),
    TRIES,
  )
  console.log(`  at the door: wrong password ${known.toFixed(2)} ms, unknown user ${unknown.toFixed(2)} ms`)
  expect(Math.abs(known / unknown - 1)).toBeLessThan(0.05)
})

test('standalone, an unknown user takes as long as a wrong password', async () => {
  const passwords = new Passwords()
  const hash = await passwords.hash(new Secret('right'))
  const wrong = new Secret('wrong')
  const [known, unknown] = await byTurns(
    () => passwords.verify(wrong, hash),
    () => passwords.verify(wrong, undefined),
    Math.ceil(TRIES / 10),
  )
  console.log(`  wrong password ${known.toFixed(1)} ms, unknown user ${unknown.toFixed(1)} ms`)
  expect(Math.abs(known / unknown - 1)).toBeLessThan(0.05)
})
