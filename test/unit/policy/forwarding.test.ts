import { expect, test } from 'vitest'
import { parseForwardRule } from '../../../src/asset-options/forward-rule.ts'
import type { Asset } from '../../../src/core/model.ts'
import { type ForwardingRules, judgeForward, judgeJump, judgeListen } from '../../../src/policy/forwarding.ts'

const asset: Asset = {
  id: 'a-1',
  hostname: 'web-1',
  ip: '192.0.2.1',
  protocols: [
    { name: 'ssh', port: 2022 },
    { name: 'telnet', port: 23 },
  ],
  platform: 'Linux',
  comment: '',
  domain: null,
  orgId: '',
  orgName: '',
  systemUsers: [],
}
const rules = (more: Partial<ForwardingRules> = {}): ForwardingRules => ({
  forward: [],
  remote_forward: [],
  forward_users: ['*'],
  allow_unrecorded_jump: false,
  subsystems: [],
  ...more,
})
const loopback = [parseForwardRule('asset-loopback') ?? { kind: 'asset-loopback' as const }]
const at = (host: string, port: number, username = 'alice') => ({ username, asset, host, port })

test('without a rule nothing is forwarded, listened on or jumped to', () => {
  expect(judgeForward(rules(), at('127.0.0.1', 80))).toBe('none')
  expect(judgeListen(rules(), at('localhost', 80))).toBe('none')
  expect(judgeJump(rules(), at('web-1', 2022))).toBe('none')
})

test('a rule is for the users it names', () => {
  const some = rules({ forward: loopback, forward_users: ['bob', '张三'], allow_unrecorded_jump: true })
  expect(judgeForward(some, at('127.0.0.1', 80, 'alice'))).toBe('user')
  expect(judgeForward(some, at('127.0.0.1', 80, '张三'))).toBe('allowed')
  expect(judgeJump(some, at('web-1', 2022, 'alice'))).toBe('user')
  expect(judgeForward({ ...some, forward_users: [] }, at('127.0.0.1', 80, 'bob'))).toBe('user')
})

test('the loopback of an asset does not include the ports where one logs in', () => {
  const some = rules({ forward: loopback })
  expect(judgeForward(some, at('localhost', 80))).toBe('allowed')
  for (const port of [2022, 23]) expect(judgeForward(some, at('localhost', port))).toBe('place')
})

test('forwarding and listening are allowed apart', () => {
  expect(judgeListen(rules({ forward: loopback }), at('localhost', 8080))).toBe('none')
  expect(judgeForward(rules({ remote_forward: loopback }), at('localhost', 8080))).toBe('none')
})

test.each(['', '*', '0.0.0.0', '::'])(
  'listening on all addresses (“%s”) is more than the loopback',
  (host) => {
    expect(judgeListen(rules({ remote_forward: loopback }), at(host, 8080))).toBe('place')
  },
)

test('a jump leads to login ports of the asset only', () => {
  const some = rules({ allow_unrecorded_jump: true })
  expect(judgeJump(some, at('web-1', 2022))).toBe('allowed')
  expect(judgeJump(some, at('web-1', 22))).toBe('place')
  expect(judgeJump(some, at('web-1', 5432))).toBe('place')
})
