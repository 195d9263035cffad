import { expect, test } from 'vitest'
import { nearest } from '../../../src/base/nearest.ts'

test.each([
  ['SSHD_PROT', 'SSHD_PORT'],
  ['sshd-port', 'SSHD_PORT'],
  ['CORE_HOTS', 'CORE_HOST'],
  ['NAEM', 'NAME'],
])('%s most likely meant %s', (word, meant) => {
  expect(nearest(word, ['NAME', 'CORE_HOST', 'SSHD_PORT', 'HTTPD_PORT'])).toBe(meant)
})

test('a word like none of them meant none of them', () => {
  expect(nearest('colour', ['NAME', 'CORE_HOST'])).toBeUndefined()
  expect(nearest('x', ['ip'])).toBeUndefined()
})
