import { expect, test } from 'vitest'
import { Secret } from '../../../src/base/secret.ts'
import { sign, signRaw } from '../../../src/core/sign.ts'
import { corePair, PAIRS_KEY, PAIRS_TIME } from '../../fixtures/core-fixtures.ts'

test('a request is signed with the hex digits of the digest, in base64', () => {
  const headers = sign({ id: PAIRS_KEY.id, secret: new Secret(PAIRS_KEY.secret) }, PAIRS_TIME)
  const { Date: date, Authorization } = corePair('terminal-config').request.headers
  expect(headers).toEqual({ Date: date, Authorization })
})

test('core 0.4 is signed for with the bytes of the digest, in base64', () => {
  const headers = signRaw({ id: PAIRS_KEY.id, secret: new Secret(PAIRS_KEY.secret) }, PAIRS_TIME)
  expect(headers.Authorization).toBe(`Sign ${PAIRS_KEY.id}:iCbb75rmTCSwKaLvFPLRHw==`)
  expect(headers.Date).toBe('Mon, 26 Aug 2019 10:00:00 GMT')
})
