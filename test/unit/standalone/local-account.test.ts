import { userInfo } from 'node:os'
import { expect, test } from 'vitest'
import { localAccount } from '../../../src/standalone/local-account.ts'

test('the environment is an allow-list', () => {
  const { env, username } = localAccount({
    BOOTSTRAP_TOKEN: 'x',
    NODE_OPTIONS: 'x',
    SSH_AUTH_SOCK: 'x',
    npm_config_registry: 'x',
    LD_PRELOAD: 'x',
    LANG: 'zh_CN.UTF-8',
    LC_TIME: 'C',
    LC_lower: 'x',
    TZ: 'UTC',
    PATH: '/usr/bin:/bin',
    HOME: '/elsewhere',
  })
  expect(Object.keys(env).sort()).toEqual(
    ['HOME', 'LANG', 'LC_TIME', 'LOGNAME', 'PATH', 'SHELL', 'TZ', 'USER'].sort(),
  )
  expect(env['HOME']).toBe(userInfo().homedir)
  expect(username).toBe(userInfo().username)
})

test('the search path loses what npm puts in front, and what is relative', () => {
  const { env } = localAccount({ PATH: '/x/node_modules/.bin:/usr/bin:.:/bin' })
  expect(env['PATH']).toBe('/usr/bin:/bin')
  expect(localAccount({}).env['PATH']).toBe('/usr/local/bin:/usr/bin:/bin')
})
