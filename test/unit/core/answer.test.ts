import { expect, test } from 'vitest'
import { readAnswer, refusal } from '../../../src/core/answer.ts'
import { CoreError } from '../../../src/core/core-error.ts'
import { corePairs } from '../../fixtures/core-fixtures.ts'

/** What each refusal of core means: whose fault it is, and whether another try can help. */
const MEANING: Readonly<Record<string, string>> = {
  '400': 'refused',
  '401': 'refused',
  '409': 'refused',
  '405': 'refused',
  '403 detail': 'credentials',
  '403 msg': 'refused',
  '404 of an object': 'missing',
  '404 of the address': 'unavailable',
  '500': 'unavailable',
  '301': 'unavailable',
}

function cause(status: number, body: unknown): string {
  const has = (field: string): boolean => typeof body === 'object' && body !== null && field in body
  if (status === 403) return has('detail') ? '403 detail' : '403 msg'
  if (status === 404) return has('error') ? '404 of the address' : '404 of an object'
  return String(status)
}

const refusals = Object.entries(corePairs).flatMap(([name, { response }]) =>
  response.status >= 301 && response.status !== 304 && response.status !== 307 ? [{ name, ...response }] : [],
)

test.each(refusals)('this refusal of core is taken for what it is: $name', ({ status, headers, body }) => {
  const contentType = headers['Content-Type'] ?? ''
  const text = typeof body === 'string' && !contentType.includes('json') ? body : JSON.stringify(body)
  const read = (): CoreError => {
    try {
      return refusal(readAnswer('test', { status, contentType, text }))
    } catch (error) {
      if (error instanceof CoreError) return error
      throw error
    }
  }
  expect(read().kind).toBe(MEANING[cause(status, body)])
})

test('there are refusals of all meanings among them', () => {
  const found = new Set(refusals.map(({ status, body }) => MEANING[cause(status, body)]))
  expect(found).toEqual(new Set(['refused', 'credentials', 'missing', 'unavailable']))
  expect(refusals.length).toBeGreaterThan(40)
})
