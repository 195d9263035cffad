import { expect, test } from 'vitest'
import { ExecCommand } from '../../../src/audit/exec-command.ts'
import { ControlStripper } from '../../../src/audit/strip-controls.ts'

const CASES: ReadonlyArray<readonly [string, string]> = [
  ['a\u001b[1;31mred\u001b[0m b', 'ared b'],
  ['\u001b]0;title\u0007text', 'text'],
  ['\u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\', 'link'],
  ['\u001bP1$r0m\u001b\\after', 'after'],
  ['\u001b(Bx\u001b=y\u001b7z', 'xyz'],
  ['tab\tline\r\nnul\u0000bell\u0007', 'tab\tline\nnulbell'],
  ['\u001b[12\u0018after CAN', 'after CAN'],
  ['汉字 \u001b[Kémoji 🎉', '汉字 émoji 🎉'],
]

test('sequences and controls go, text stays, however it is cut', () => {
  for (const [raw, plain] of CASES) {
    expect(new ControlStripper().strip(raw)).toBe(plain)
    const stripper = new ControlStripper()
    expect([...raw].map((char) => stripper.strip(char)).join('')).toBe(plain)
  }
})

test('the record of an exec keeps 1,024 characters of what it printed, with none torn', () => {
  const exec = new ExecCommand('cat poem', 5)
  const bytes = Buffer.from('\u001b[32m字🎉'.repeat(2_000))
  for (let at = 0; at < bytes.length && !exec.full; at += 7) exec.output(bytes.subarray(at, at + 7))
  const record = exec.record()
  expect(record).toMatchObject({ input: 'cat poem', at: 5, confidence: 'exact', pasted: false })
  expect(record?.output).toBe('字🎉'.repeat(512))
})

test('an exec that prints nothing readable is not looked at for ever', () => {
  const exec = new ExecCommand('cat /dev/zero', 0)
  for (let n = 0; n < 3; n += 1) exec.output(Buffer.alloc(32 * 1024))
  expect(exec.full).toBe(true)
  expect(exec.record()?.output).toBe('')
})

test('a blank command is no record', () => {
  expect(new ExecCommand(' \n', 0).record()).toBeUndefined()
})
