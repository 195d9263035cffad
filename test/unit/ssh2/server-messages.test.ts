import { expect, test } from 'vitest'
import { channelInternals } from '../../../src/ssh2/internals.ts'
import { isOutOfTurn } from '../../../src/ssh2/server-messages.ts'
import { ssh2Pair } from '../../fixtures/ssh2-pair.ts'

test.each([
  ['authPKOK', ['ssh-ed25519', Buffer.alloc(32)]],
  ['authFailure', [['password'], false]],
  ['authSuccess', []],
])('an answer (%s) that nobody waits for is known by what the library throws', async (method, args) => {
  await using pair = await ssh2Pair()
  const protocol = channelInternals(pair.far)._client._protocol
  const answer: unknown = Reflect.get(protocol, method)
  if (typeof answer !== 'function') throw new Error(`no ${method}`)
  let thrown: unknown
  try {
    Reflect.apply(answer, protocol, args)
  } catch (error) {
    thrown = error
  }
  expect(thrown).toBeInstanceOf(Error)
  expect(isOutOfTurn(thrown)).toBe(true)
  expect(isOutOfTurn(new Error('something else'))).toBe(false)
})
