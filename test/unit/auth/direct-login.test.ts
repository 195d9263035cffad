import { expect, test } from 'vitest'
import { parseLoginName } from '../../../src/auth/direct-login.ts'

test.each([
  ['alice', { username: 'alice' }],
  ['alice@example.com', { username: 'alice@example.com' }],
  ['alice@root@web-9', { username: 'alice', direct: { systemUser: 'root', asset: 'web-9' } }],
  [
    'alice@example.com@root@web-9',
    { username: 'alice@example.com', direct: { systemUser: 'root', asset: 'web-9' } },
  ],
  ['alice#web-9', { username: 'alice', direct: { asset: 'web-9' } }],
  ['alice#root#web-9', { username: 'alice', direct: { systemUser: 'root', asset: 'web-9' } }],
  [
    'alice@example.com#root#web-9',
    { username: 'alice@example.com', direct: { systemUser: 'root', asset: 'web-9' } },
  ],
  ['alice@@web-9', { username: 'alice', direct: { asset: 'web-9' } }],
  ['CORP\\alice#数据库 1', { username: 'CORP\\alice', direct: { asset: '数据库 1' } }],
  ['张三@运维@10.0.0.1', { username: '张三', direct: { systemUser: '运维', asset: '10.0.0.1' } }],
])('%s is read as the user, account and asset it names', (raw, expected) => {
  expect(parseLoginName(raw)).toEqual(expected)
})

test.each(['', '@', '#', '@@', '##', '#web-9', 'alice#', 'alice@root@', '@root@web-9'])(
  'a name with an empty user or asset is no direct login: "%s"',
  (raw) => {
    expect(parseLoginName(raw)).toEqual({ username: raw })
  },
)

test('names longer than any that core keeps are not taken apart', () => {
  const raw = `alice#root#${'x'.repeat(10_000)}`
  expect(parseLoginName(raw)).toEqual({ username: raw })
})
