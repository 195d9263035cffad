import { expect, test } from 'vitest'
import { SharedLogins } from '../../../src/files/shared-logins.ts'
import { aPrincipal } from '../../fixtures/people.ts'

test('the channels of one login share, other users and other logins do not, whatever their ids', () => {
  const logins = new SharedLogins((principal) => ({ principal }))
  const alice = { ...aPrincipal('alice'), loginId: 'same' }
  const first = logins.share(alice)
  const second = logins.share(alice)
  expect(second.login).toBe(first.login)
  expect(logins.share({ ...aPrincipal('bob'), loginId: 'same' }).login.principal.user.username).toBe('bob')
  expect(logins.share({ ...alice, loginId: 'other' }).login).not.toBe(first.login)
  first[Symbol.dispose]()
  expect(logins.share(alice).login).toBe(first.login)
})

test('what was shared is over with its last channel', () => {
  const logins = new SharedLogins((principal) => ({ principal }))
  const share = logins.share(aPrincipal())
  share[Symbol.dispose]()
  expect(logins.share(aPrincipal()).login).not.toBe(share.login)
})
