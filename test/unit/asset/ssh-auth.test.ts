import { expect, test } from 'vitest'
import { Authentication } from '../../../src/asset/ssh-auth.ts'
import { Secret } from '../../../src/base/secret.ts'
import { generateHostKey, parsePrivateKey, withoutSha1 } from '../../../src/ssh2/keys.ts'
import type { AnyAuthMethod, ParsedKey, Prompt } from '../../../src/ssh2/library.ts'

const ALL = ['publickey', 'password', 'keyboard-interactive']

async function newKey(type: 'ed25519' | 'rsa' = 'ed25519'): Promise<ParsedKey> {
  return parsePrivateKey((await generateHostKey(type)).privateKey)
}

const withSecrets = (key: ParsedKey | undefined, password: string | undefined): Authentication =>
  new Authentication({
    account: 'root',
    key,
    password: password === undefined ? undefined : new Secret(password),
  })

/** What a server's prompts are answered with. */
function answers(attempt: AnyAuthMethod | undefined, prompts: Prompt[]): string[] {
  if (attempt?.type !== 'keyboard-interactive') throw new Error('not keyboard-interactive')
  let given: string[] = []
  attempt.prompt('', '', '', prompts, (all) => {
    given = all
  })
  return given
}

test('with both secrets the key comes first, then the password, then nothing', async () => {
  const login = withSecrets(await newKey(), 'secret')
  expect(login.next(null)?.type).toBe('publickey')
  expect(login.next(ALL)).toEqual({ type: 'password', username: 'root', password: 'secret' })
  expect(login.next(ALL)).toBeUndefined()
  expect(login.tried).toEqual(['publickey', 'password'])
  expect(login.offered).toEqual(ALL)
})

test('a password is not sent before the server said that it takes one', () => {
  const login = withSecrets(undefined, 'secret')
  expect(login.next(null)).toEqual({ type: 'none', username: 'root' })
  expect(login.next(['publickey'])).toBeUndefined()
  expect(login.tried).toEqual([])
})

test('where only keyboard-interactive is offered the password answers its one hidden question, once', () => {
  const login = withSecrets(undefined, 'secret')
  login.next(null)
  const attempt = login.next(['publickey', 'keyboard-interactive'])
  const question = [{ prompt: 'Password: ', echo: false }]
  expect(answers(attempt, question)).toEqual(['secret'])
  expect(answers(attempt, question)).toEqual([''])
  expect(login.next(['keyboard-interactive'])).toBeUndefined()
})

test.each([
  ['a shown answer', [{ prompt: 'Password: ', echo: true }]],
  ['a code', [{ prompt: 'Verification code: ', echo: false }]],
  [
    'two questions',
    [
      { prompt: 'Password: ', echo: false },
      { prompt: 'Password again: ', echo: false },
    ],
  ],
])('a password is not the answer to %s', (_what, prompts) => {
  const login = withSecrets(undefined, 'secret')
  login.next(null)
  expect(answers(login.next(['keyboard-interactive']), prompts)).toEqual(prompts.map(() => ''))
})

test('a password that was refused is not sent again by another method', () => {
  const login = withSecrets(undefined, 'secret')
  login.next(null)
  expect(login.next(ALL)?.type).toBe('password')
  expect(login.next(ALL)).toBeUndefined()
})

test('a server that wants key and password gets both, each once', async () => {
  const login = withSecrets(await newKey(), 'secret')
  expect(login.next(null)?.type).toBe('publickey')
  expect(login.next(['password'])?.type).toBe('password')
  expect(login.next(['password', 'publickey'])).toBeUndefined()
})

test('a key that does not sign with SHA-1 signs with better, and is still the same key', async () => {
  const key = await newKey('rsa')
  const guarded = withoutSha1(key)
  expect(guarded.sign('data')).toBeInstanceOf(Error)
  expect(guarded.sign('data', 'sha1')).toBeInstanceOf(Error)
  expect(key.verify('data', guarded.sign('data', 'sha256'), 'sha256')).toBe(true)
  expect(guarded.getPublicSSH()).toEqual(key.getPublicSSH())
  const other = await newKey()
  expect(withoutSha1(other)).toBe(other)
})
