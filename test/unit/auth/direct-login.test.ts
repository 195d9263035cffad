import { expect, test } from 'vitest'
import { loginNameOf, parseLoginName } from '../../../src/auth/direct-login.ts'

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

test.each([
  ['alice', { systemUser: 'root', asset: 'web-1' }, 'alice@root@web-1'],
  ['alice', { asset: 'web-1' }, 'alice#web-1'],
  ['alice@example.com', { systemUser: 'root', asset: 'web-1' }, 'alice@example.com@root@web-1'],
  ['CORP\\张三', { systemUser: 'root', asset: '网 1' }, 'CORP\\张三@root@网 1'],
  ['alice', { systemUser: 'bob@corp', asset: 'web-1' }, 'alice#bob@corp#web-1'],
  ['a#b', { systemUser: 'c@d', asset: 'web-1' }, 'a#b#c@d#web-1'],
  ['alice', { systemUser: 'c#d', asset: 'web-1' }, undefined],
])('%s goes to %o as %s', (username, target, name) => {
  expect(loginNameOf(username, target)).toBe(name)
  if (name !== undefined) expect(parseLoginName(name)).toEqual({ username, direct: target })
})
