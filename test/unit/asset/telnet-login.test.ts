import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { TelnetLogin, type TelnetLoginParts, type TelnetOutcome } from '../../../src/asset/telnet-login.ts'
import { promptOf } from '../../../src/asset/telnet-prompts.ts'
import { Secret } from '../../../src/base/secret.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'

test.each([
  ['login: ', 'account'],
  ['Ubuntu 22.04\r\nweb login:', 'account'],
  ['\r\nUser Access Verification\r\n\r\nUsername: ', 'account'],
  ['\x1b[0mUser name:', 'account'],
  ['用户名：', 'account'],
  ['登录账号: ', 'account'],
  ['Last login: ', 'other'],
  ['Password: ', 'password'],
  ['Password for root:', 'password'],
  ["root's password: ", 'password'],
  ['请输入密码：', 'password'],
  ['口令:', 'password'],
  ['switch>', 'ready'],
  ['[root@box ~]# ', 'ready'],
  ['<Huawei>', 'ready'],
  ['\x1b]0;title\x07box$ ', 'ready'],
  ['Press RETURN to get started', 'return'],
  ['按回车键继续', 'return'],
  ['Welcome\r\n', 'other'],
  ['login: \r\n', 'account'],
])('%j is understood as %s', (text, prompt) => {
  expect(promptOf(text, {})).toBe(prompt)
})

test('patterns of an administrator come before those that are built in', () => {
  const tests = {
    ready: (text: string) => text === 'menu =',
    account: (text: string) => text.includes('Operator ID'),
    password: (text: string) => text.includes('Pass code'),
  }
  expect(promptOf('menu = ', tests)).toBe('ready')
  expect(promptOf('Operator ID > ', tests)).toBe('account')
  expect(promptOf('Pass code > ', tests)).toBe('password')
})

interface Play {
  /** What the server says, and what it wants to hear first (`*`: nothing). */
  readonly script: ReadonlyArray<readonly [heard: string, says: string]>
  readonly parts?: Partial<TelnetLoginParts>
  /** Lets this time pass when the script is at its end. */
  readonly passes?: number
  readonly ends?: boolean
}

/** A login on a server that plays by a script. */
async function play({ script, parts, passes = 0, ends = false }: Play) {
  const output = new PassThrough()
  const input = new PassThrough()
  const clock = new ManualClock()
  const heard: string[] = []
  const rest = [...script]
  const go = async (): Promise<void> => {
    while (rest[0] && (rest[0][0] === '*' || heard.at(-1) === rest[0][0])) {
      const [, says] = rest.shift() ?? ['', '']
      output.write(says)
      await new Promise(setImmediate)
    }
    if (rest.length > 0) return
    clock.advance(passes)
    if (ends) output.end()
  }
  input.on('data', (bytes: Buffer) => {
    heard.push(bytes.toString())
    void new Promise(setImmediate).then(go)
  })
  const login = new TelnetLogin({
    ...{ output, input, account: 'root', password: new Secret('canary-1'), tests: {}, clock, limit: 15_000 },
    ...{ decode: (bytes: Buffer) => bytes.toString(), encode: (text: string) => Buffer.from(text), ...parts },
  })
  const outcome = login.run(new AbortController().signal)
  void new Promise(setImmediate).then(go)
  const result: TelnetOutcome = await outcome
  const shown = String(output.read() ?? '')
  return { result, shown, heard, pending: clock.pending }
}

test('account and password are given when they are asked for, and the prompt behind them ends the login', async () => {
  const script = [
    ['*', 'hello\r\nlogin: '],
    ['root\r', 'root\r\nPass'],
    ['*', 'word: '],
    ['canary-1\r', '\r\nWelcome\r\nbox# '],
  ] as const
  const { result, shown, heard, pending } = await play({ script, passes: 300 })
  expect(result).toBe('in')
  expect(heard).toEqual(['root\r', 'canary-1\r'])
  expect(shown).toBe('hello\r\nlogin: root\r\nPassword: \r\nWelcome\r\nbox# ')
  expect(pending).toBe(0)
})

test('a server that echoes the password shows it to nobody', async () => {
  const script = [
    ['*', 'Password: '],
    ['canary-1\r', 'canary-1\r\nbox# '],
  ] as const
  expect((await play({ script, passes: 300 })).shown).toBe('Password: ***\r\nbox# ')
})

test('a server that asks again and again hears the password once', async () => {
  const script = [
    ['*', 'Password: '],
    ['canary-1\r', '\r\nSecond password: '],
  ] as const
  const { result, heard } = await play({ script })
  expect([result, heard]).toEqual(['unsure', ['canary-1\r']])
})

test.each([
  ['Login incorrect\r\nlogin: ', 'refused'],
  ['% Bad passwords\r\nUsername: ', 'refused'],
  ['Access denied\r\nPassword: ', 'refused'],
  ['登录失败\r\n密码：', 'refused'],
  ['There were 3 failed login attempts.\r\nbox$ ', 'in'],
])('%j behind the password is understood as %s', async (says, outcome) => {
  const script = [
    ['*', 'Password: '],
    ['canary-1\r', `\r\n${says}`],
  ] as const
  expect((await play({ script, passes: 300 })).result).toBe(outcome)
})

test('a connection that ends with a refusal is one; without words it is just closed', async () => {
  const refusal = [
    ['*', 'Password: '],
    ['canary-1\r', '\r\nAuthentication failed.\r\n'],
  ] as const
  expect((await play({ script: refusal, ends: true })).result).toBe('refused')
  expect((await play({ script: [['*', 'busy\r\n']], ends: true })).result).toBe('closed')
})

test('a server that is not understood is left to the person, and a silent one too: nobody waits for ever', async () => {
  const odd = await play({ script: [['*', 'What is your quest? ']], passes: 15_000 })
  expect([odd.result, odd.shown]).toEqual(['unsure', 'What is your quest? '])
  expect((await play({ script: [], passes: 15_000 })).result).toBe('unsure')
  const behind = [
    ['*', 'Password: '],
    ['canary-1\r', '\r\n1) status 2) ports'],
  ] as const
  expect((await play({ script: behind, passes: 3000 })).result).toBe('unsure')
})

test('a flood is no login', async () => {
  expect((await play({ script: [['*', 'x'.repeat(70_000)]] })).result).toBe('unsure')
})

test('a line that wants a key first gets one, once', async () => {
  const script = [
    ['*', 'Press RETURN to get started'],
    ['\r', '\r\nPassword: '],
    ['canary-1\r', '\r\nsw>'],
  ] as const
  expect((await play({ script, passes: 300 })).heard).toEqual(['\r', 'canary-1\r'])
})

test('more rights are asked for at the prompt, their secret is sent once and shown never', async () => {
  const become = { command: 'enable', secret: new Secret('canary-2') }
  const script = [
    ['*', 'Password: '],
    ['canary-1\r', '\r\nsw>'],
    ['enable\r', 'enable\r\nPassword: '],
    ['canary-2\r', 'canary-2\r\nsw#'],
  ] as const
  const clock = new ManualClock()
  const tick = setInterval(() => clock.advance(300), 1)
  const { result, heard, shown } = await play({ script, parts: { become, clock, limit: 1e9 } })
  clearInterval(tick)
  expect([result, heard]).toEqual(['in', ['canary-1\r', 'enable\r', 'canary-2\r']])
  expect(shown).toBe('Password: \r\nsw>enable\r\nPassword: ***\r\nsw#')
})

test('a signal ends the login', async () => {
  const stop = new AbortController()
  const parts = { output: new PassThrough(), input: new PassThrough(), account: '', password: undefined }
  const login = new TelnetLogin({
    ...{ ...parts, tests: {}, clock: new ManualClock(), limit: 1000 },
    ...{ decode: String, encode: (text: string) => Buffer.from(text) },
  })
  const run = login.run(stop.signal)
  stop.abort(new Error('gone'))
  await expect(run).rejects.toThrow('gone')
})
