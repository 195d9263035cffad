import { expect, test } from 'vitest'
import { parseForwardRule, ruleCovers } from '../../../src/asset-options/forward-rule.ts'

const covers = (rule: string, host: string, port: number): boolean => {
  const parsed = parseForwardRule(rule)
  if (!parsed) throw new Error(`${rule} is no rule`)
  return ruleCovers(parsed, { host, port, loginPorts: [22] })
}

test.each([
  ['asset-loopback', '127.0.0.1', 8080],
  ['asset-loopback', 'localhost', 1],
  ['asset-loopback', 'LOCALHOST', 0],
  ['asset-loopback', '127.9.9.9', 65_535],
  ['asset-loopback', '::1', 80],
  ['asset-loopback', '::ffff:127.0.0.1', 80],
  ['127.0.0.1:22', '127.0.0.1', 22],
  ['127.0.0.1:80', 'localhost', 80],
  ['db.internal:5432', 'DB.internal', 5432],
  ['*.corp:443', 'wiki.corp', 443],
  ['10.0.0.0/8:*', '10.1.2.3', 9999],
  ['[2001:db8::1]:22', '2001:DB8:0::1', 22],
  ['*:80', 'anything', 80],
])('%s covers %s:%i', (rule, host, port) => {
  expect(covers(rule, host, port)).toBe(true)
})

test.each([
  ['asset-loopback', '127.0.0.1', 22],
  ['asset-loopback', '::1', 22],
  ['asset-loopback', '2130706433', 80],
  ['asset-loopback', '0.0.0.0', 80],
  ['asset-loopback', '0', 80],
  ['asset-loopback', '127.0.0.1.example.com', 80],
  ['asset-loopback', '', 80],
  ['asset-loopback', '10.0.0.1', 80],
  ['db.internal:5432', 'db.internal', 5433],
  ['db.internal:5432', 'db.internal.evil', 5432],
  ['db.internal:5432', 'xdb.internal', 5432],
  ['db.internal:5432', 'dbxinternal', 5432],
  ['*.corp:443', 'corp', 443],
  ['10.0.0.0/8:*', '11.0.0.1', 80],
  ['10.0.0.0/8:*', '10.0.0.1.example.com', 80],
  ['[2001:db8::1]:22', '2001:db8::2', 22],
])('%s does not cover %s:%i', (rule, host, port) => {
  expect(covers(rule, host, port)).toBe(false)
})

test.each([
  '',
  'db.internal',
  'db.internal:',
  'db:0',
  'db:65536',
  'db:80x',
  ':80',
  'a b:80',
  '2001:db8::1:22',
  '10.0.0.0/33:80',
  'asset-loopback:80x',
])('“%s” is no rule', (text) => {
  expect(parseForwardRule(text)).toBeUndefined()
})
