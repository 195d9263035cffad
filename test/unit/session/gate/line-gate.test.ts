import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../../../src/base/clock.ts'
import { RuleSet } from '../../../../src/policy/rules/rule-set.ts'
import { SlowSearch } from '../../../../src/policy/rules/slow-search.ts'
import type { Refusal } from '../../../../src/session/gate/judge.ts'
import { lineGate } from '../../../../src/session/gate/line-gate.ts'
import { aRule } from '../../../fixtures/rules.ts'

async function sent(script: string | Buffer, content = 'touch') {
  const slow = new SlowSearch({ clock: systemClock, limitMs: 10_000 })
  onTestFinished(() => slow[Symbol.dispose]())
  const out: Buffer[] = []
  const refusals: Refusal[] = []
  const stage = lineGate({
    rules: new RuleSet([aRule({ kind: 'regex', content })], slow),
    dryRun: false,
    onJudged: () => undefined,
    onRefused: (why) => refusals.push(why),
  })({ toProgram: (bytes) => out.push(bytes), toPerson: () => undefined, more: () => undefined })
  stage.keys(Buffer.from(script))
  await stage.keysEnded?.()
  return { text: Buffer.concat(out).toString(), refusals }
}

test('a line with a NUL, which shells leave out, is refused, and nothing after it runs', async () => {
  const { text, refusals } = await sent('echo a\ntou\0ch a\necho b\n')
  expect(text).toBe('echo a\n')
  expect(refusals).toMatchObject([{ kind: 'unknown', why: 'nul' }])
})

test('nothing of a line over the limit is sent', async () => {
  const { text, refusals } = await sent(`echo a\necho ${'x'.repeat(70_000)}`)
  expect(text).toBe('echo a\n')
  expect(refusals).toMatchObject([{ kind: 'rule', trouble: 'too-long' }])
})

test('a backslash that is escaped itself does not join the next line to its own', async () => {
  const { text } = await sent('echo \\\\\ntouch a\n', '^touch')
  expect(text).toBe('echo \\\\\n')
})
