import { expect, test } from 'vitest'
import type { Question } from '../../../src/asset/dialogue.ts'
import { Authentication } from '../../../src/asset/ssh-auth.ts'
import { Secret } from '../../../src/base/secret.ts'
import { generateHostKey, parsePrivateKey, withoutSha1 } from '../../../src/ssh2/keys.ts'
import type { AnyAuthMethod, ParsedKey, Prompt } from '../../../src/ssh2/library.ts'

const ALL = ['publickey', 'password', 'keyboard-interactive']

async function newKey(type: 'ed25519' | 'rsa' = 'ed25519'): Promise<ParsedKey> {
  return parsePrivateKey((await generateHostKey(type)).privateKey)
}

interface World {
  readonly key?: ParsedKey
  readonly password?: string
  readonly fallback?: boolean
  readonly manual?: boolean
  readonly account?: string
  /** What the person answers, in this order; without it there is nobody. */
  readonly answers?: readonly string[]
}

function login({ key, password, answers, account = 'root', manual = false, fallback = false }: World) {
  const questions: Question[] = []
  const faults: unknown[] = []
  const given = answers?.values()
  const ask = async (question: Question): Promise<string> => {
    questions.push(question)
    const answer = given?.next()
    if (!answer || answer.done) throw new Error('the person gave up')
    return answer.value
  }
  const secrets = {
    account,
    key,
    manual,
    fallback,
    password: password === undefined ? undefined : new Secret(password),
  }
  const authentication = new Authentication({
    asset: 'web-1',
    secrets,
    ask: answers && ask,
    fail: (cause) => faults.push(cause),
  })
  return { authentication, next: authentication.next.bind(authentication), questions, faults }
}

/** What a server's prompts are answered with; undefined: with nothing, the login fails. */
async function answersTo(
  attempt: AnyAuthMethod | undefined,
  prompts: Prompt[],
  instructions = '',
): Promise<string[] | undefined> {
  if (attempt?.type !== 'keyboard-interactive') throw new Error('not keyboard-interactive')
  let given: string[] | undefined
  attempt.prompt('', instructions, '', prompts, (all) => {
    given = all
  })
  await new Promise(setImmediate)
  return given
}

const PASSWORD: Prompt[] = [{ prompt: 'Password: ', echo: false }]
const CODE: Prompt = { prompt: 'Verification code: ', echo: false }

test('the key comes first, and after its refusal the password stays here', async () => {
  const { next, authentication } = login({ key: await newKey(), password: 'secret' })
  expect((await next(null))?.type).toBe('publickey')
  expect(await next(ALL)).toBeUndefined()
  expect(authentication).toMatchObject({ tried: ['publickey'], offered: ALL, keptBack: true })
})

test('with password_fallback the password follows the key, once', async () => {
  const { next, authentication } = login({ key: await newKey(), password: 'secret', fallback: true })
  await next(null)
  expect(await next(ALL)).toEqual({ type: 'password', username: 'root', password: 'secret' })
  expect(await next(ALL)).toBeUndefined()
  expect(authentication).toMatchObject({ tried: ['publickey', 'password'], keptBack: false })
})

test('a password is not sent before the server said that it takes one', async () => {
  const { next, authentication } = login({ password: 'secret' })
  expect(await next(null)).toEqual({ type: 'none', username: 'root' })
  expect(await next(['publickey'])).toBeUndefined()
  expect(authentication.tried).toEqual([])
})

test('where only keyboard-interactive is offered the password answers its one hidden question, once', async () => {
  const { next } = login({ password: 'secret' })
  await next(null)
  const attempt = await next(['publickey', 'keyboard-interactive'])
  expect(await answersTo(attempt, PASSWORD)).toEqual(['secret'])
  expect(await answersTo(attempt, PASSWORD)).toEqual([''])
  expect(await next(['keyboard-interactive'])).toBeUndefined()
})

test.each([
  ['a shown answer', { prompt: 'Password: ', echo: true }],
  ['a code', CODE],
  ['a new password', { prompt: 'New password: ', echo: false }],
])(
  'a stored password is not the answer to %s: the person is asked, or the login fails',
  async (_what, prompt) => {
    const alone = login({ password: 'secret' })
    await alone.next(null)
    expect(await answersTo(await alone.next(['keyboard-interactive']), [prompt])).toBeUndefined()
    expect(alone.faults).toMatchObject([{ code: 'ASSET_ASKS', facts: { question: prompt.prompt.trim() } }])

    const attended = login({ password: 'secret', answers: ['by hand'] })
    await attended.next(null)
    const attempt = await attended.next(['keyboard-interactive'])
    expect(await answersTo(attempt, [prompt], 'Hello')).toEqual(['by hand'])
    expect(attended.questions).toEqual([
      { kind: 'asked', asset: 'web-1', instruction: 'Hello', text: prompt.prompt, echo: prompt.echo },
    ])
  },
)

test('password and code in one request: the stored one answers the first, the person the second', async () => {
  const { next, questions } = login({ password: 'secret', answers: ['123456'] })
  await next(null)
  const attempt = await next(['keyboard-interactive'])
  expect(await answersTo(attempt, [...PASSWORD, CODE])).toEqual(['secret', '123456'])
  expect(questions).toMatchObject([{ text: 'Verification code: ' }])
})

test('a server that asks without end is left', async () => {
  const { next, faults } = login({ password: 'secret', answers: Array<string>(30).fill('x') })
  await next(null)
  const attempt = await next(['keyboard-interactive'])
  for (let round = 0; round < 21; round++) await answersTo(attempt, [CODE])
  expect(faults).toHaveLength(1)
})

test('a password that was refused is not sent again by another method', async () => {
  const { next } = login({ password: 'secret' })
  await next(null)
  expect((await next(ALL))?.type).toBe('password')
  expect(await next(ALL)).toBeUndefined()
})

test('a server that wants key and password gets both, each once; what it wants besides, the person gives', async () => {
  const { next } = login({ key: await newKey(), password: 'secret', answers: ['123456'] })
  expect((await next(null))?.type).toBe('publickey')
  expect((await next(['password'], true))?.type).toBe('password')
  const attempt = await next(['keyboard-interactive', 'publickey'], true)
  expect(await answersTo(attempt, [CODE])).toEqual(['123456'])
  expect(await next(['password', 'publickey'], true)).toBeUndefined()
})

test('a person types name and password, three times at most, and is told that one was wrong', async () => {
  const { next, questions, authentication } = login({
    account: '',
    manual: true,
    answers: [' root ', 'one', 'two', 'three', 'four'],
  })
  expect(await next(null)).toEqual({ type: 'none', username: 'root' })
  for (const password of ['one', 'two', 'three']) {
    expect(await next(['password'])).toEqual({ type: 'password', username: 'root', password })
  }
  expect(await next(['password'])).toBeUndefined()
  const question = { kind: 'password', asset: 'web-1', account: 'root' }
  expect(questions).toEqual([
    { kind: 'account', asset: 'web-1' },
    { ...question, again: false },
    { ...question, again: true },
    { ...question, again: true },
  ])
  expect(authentication.typed?.password.reveal()).toBe('three')
})

test('a person who types is asked by the server itself where it can', async () => {
  const { next, authentication } = login({ manual: true, answers: ['typed', '123456'] })
  await next(null)
  const attempt = await next(ALL)
  expect(await answersTo(attempt, PASSWORD)).toEqual(['typed'])
  expect(await answersTo(attempt, [CODE])).toEqual(['123456'])
  expect(authentication.typed).toMatchObject({ account: 'root' })
  expect(authentication.typed?.password.reveal()).toBe('typed')
})

test('a remembered password that is wrong now is followed by a question', async () => {
  const { next, questions } = login({ manual: true, password: 'old', answers: ['new'] })
  await next(null)
  expect(await next(['password'])).toMatchObject({ password: 'old' })
  expect(await next(['password'])).toMatchObject({ password: 'new' })
  expect(questions).toMatchObject([{ kind: 'password', again: true }])
})

test('who gives up ends the login, and a machine is never asked', async () => {
  const person = login({ manual: true, answers: [] })
  await person.next(null)
  await expect(person.next(['password'])).rejects.toThrow('the person gave up')
  const machine = login({ manual: true, account: '' })
  await expect(machine.next(null)).rejects.toMatchObject({ code: 'ASSET_NO_CREDENTIALS' })
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
