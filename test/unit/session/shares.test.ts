import { expect, test } from 'vitest'
import { SessionShares } from '../../../src/session/shares.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'

const MINUTE = 60_000
const invitation = { sessionId: 'one', types: false, users: [], by: 'root' }

test('a code opens its session for whoever is logged in, in any case of letters, until its time is over', () => {
  const clock = new ManualClock()
  const shares = new SessionShares(clock)
  const { code } = shares.create(invitation, 30 * MINUTE)
  expect(code).toMatch(/^[a-z2-9]{5}(-[a-z2-9]{5}){3}$/)
  expect(shares.use(code.toUpperCase(), 'bob').sessionId).toBe('one')
  clock.advance(30 * MINUTE)
  expect(() => shares.use(code, 'bob')).toThrow(expect.objectContaining({ code: 'SHARE_UNKNOWN' }))
})

test('a code for named people opens for nobody else, and says no more than for a wrong one', () => {
  const shares = new SessionShares(new ManualClock())
  const { code } = shares.create({ ...invitation, users: ['bob'] }, MINUTE)
  expect(shares.use(code, 'bob').by).toBe('root')
  const told = (text: string): string => {
    try {
      shares.use(text, 'carol')
      return 'let in'
    } catch (error) {
      return String(error)
    }
  }
  expect(told(code)).toBe(told('aaaaa-bbbbb-ccccc-ddddd'))
  expect(told(code)).not.toBe('let in')
})

test('the end of a session ends its invitations, and no others', () => {
  const shares = new SessionShares(new ManualClock())
  const one = shares.create(invitation, MINUTE)
  const two = shares.create({ ...invitation, sessionId: 'two' }, MINUTE)
  shares.close('one')
  expect(() => shares.use(one.code, 'bob')).toThrow()
  expect(shares.use(two.code, 'bob').sessionId).toBe('two')
})
