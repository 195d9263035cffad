import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Bastion, startBastion } from '../fixtures/bastion.ts'
import { type CoreDouble, startCoreDouble } from '../fixtures/core-double.ts'

let core: CoreDouble
let bastion: Bastion
beforeAll(async () => {
  core = await startCoreDouble()
  bastion = await startBastion({ core })
  for (const account of core.state.systemUsers.values()) {
    core.addRule(account, {
      type: 'command',
      content: 'touch\r\nshutdown',
      action: 'deny',
      comment: 'no touching',
    })
  }
})
afterAll(async () => {
  await bastion[Symbol.asyncDispose]()
  await core[Symbol.asyncDispose]()
})

const PROMPT = /[$#]$/m
const made = (file: string): boolean => existsSync(join(bastion.sshd.asset.home, file))
const stored = () => core.state.commands

test('a denied line does not run, the person reads the rule, and core has it with the refusal', async () => {
  await using ssh = await bastion.ssh({ as: bastion.direct })
  await ssh.untilScreen(PROMPT)
  ssh.type('touch denied-1\r')
  await ssh.untilScreen(/“touch denied-1” is not allowed here \(rule\s+“no\s+touching”/)
  // While the session is open.
  await core.until(() => stored().some(({ input }) => input === 'touch denied-1'))
  const denied = stored().find(({ input }) => input === 'touch denied-1')
  expect(denied?.output).toContain('denied by rule “no touching”')
  // What comes within a tenth of a second would have been part of the same paste.
  ssh.type('echo still-$((40+2))\r')
  await ssh.untilScreen(/still-42/)
  expect(made('denied-1')).toBe(false)
})

test('an exec request is judged before it runs', async () => {
  const denied = await bastion.run('true; touch denied-2')
  expect(denied.code).toBe(126)
  expect(denied.stderr.toString()).toContain('cocod: “true; touch denied-2” is not allowed here')
  expect(made('denied-2')).toBe(false)
  await core.until(() => stored().some(({ input }) => input === 'true; touch denied-2'))
  const fine = await bastion.run('echo fine')
  expect([fine.stdout.toString(), fine.code]).toEqual(['fine\n', 0])
})

test('a shell that was asked for with a terminal is behind the gate as well', async () => {
  await using ssh = await bastion.ssh({ as: bastion.direct, command: 'bash --norc', tty: true })
  await ssh.untilScreen(PROMPT)
  ssh.type('touch denied-3\r')
  await ssh.untilScreen(/is not allowed here/)
  expect(made('denied-3')).toBe(false)
  await core.until(() => stored().some(({ input }) => input === 'touch denied-3'))
})

test('a script for a shell without a terminal runs up to the line that is denied', async () => {
  const run = await bastion.run('bash -s', { stdin: 'echo one\ntouch denied-4\necho two\n' })
  expect(run.stdout.toString()).not.toContain('two')
  expect(run.stderr.toString()).toContain('“touch denied-4” is not allowed here')
  expect(run.code).toBe(126)
  expect(made('denied-4')).toBe(false)
  await core.until(() => stored().some(({ input }) => input === 'touch denied-4'))
  const denied = stored().find(({ input }) => input === 'touch denied-4')
  expect(denied?.output).toContain('denied by rule “no touching”')
})

test.each(['bash -', 'exec sh', 'bash -s x', 'cat | sh'])(
  '%s reads a script that is judged',
  async (shell) => {
    const run = await bastion.run(shell, { stdin: 'echo one\ntouch denied-5\n' })
    expect(run.stderr.toString()).toContain('“touch denied-5” is not allowed here')
    expect([run.code, made('denied-5')]).toEqual([126, false])
  },
)

test('rules that core does not hand out let nothing run', async () => {
  const outage = core.fail('500', { path: /cmd-filter-rules/ })
  try {
    const { code, stderr } = await bastion.run('echo unseen')
    expect(code).toBe(255)
    expect(stderr.toString()).toContain('does not answer')
  } finally {
    outage[Symbol.dispose]()
  }
})
