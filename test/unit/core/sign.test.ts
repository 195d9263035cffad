import { expect, test } from 'vitest'
import { Secret } from '../../../src/base/secret.ts'
import { sign } from '../../../src/core/sign.ts'
import { corePair, PAIRS_KEY, PAIRS_TIME } from '../../fixtures/core-fixtures.ts'

test('a request is signed with the hex digits of the digest, in base64', () => {
  const headers = sign({ id: PAIRS_KEY.id, secret: new Secret(PAIRS_KEY.secret) }, PAIRS_TIME)
  const { Date: date, Authorization } = corePair('terminal-config').request.headers
  expect(headers).toEqual({ Date: date, Authorization })
})
