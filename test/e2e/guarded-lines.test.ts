import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { GUARDED_LINES, type GuardedLine } from '../corpus/guarded-lines.ts'
import { GatedShell, type ShellName } from '../fixtures/gated-shell.ts'
import { sshCommand } from '../fixtures/ssh-command.ts'
import { type Sshd, startSshd } from '../fixtures/sshd.ts'

let sshd: Sshd
beforeAll(async () => {
  sshd = await startSshd()
})
afterAll(async () => {
  await sshd[Symbol.asyncDispose]()
})

const SHELLS: ReadonlyArray<readonly [ShellName, string]> = [
  ['bash', 'bash --norc --noprofile -i'],
  ['zsh', 'zsh -f -i'],
  ['dash', 'dash -i'],
]

const linesFor = (name: ShellName): readonly GuardedLine[] =>
  GUARDED_LINES.filter(({ editor }) => editor === undefined || name !== 'dash')

test('the corpus has three hundred lines', () => {
  expect(SHELLS.flatMap(([name]) => linesFor(name)).length).toBeGreaterThanOrEqual(300)
})

test.concurrent.each(SHELLS)(
  '%s on a real sshd: no line of the corpus that is denied takes effect, and each other one does',
  { timeout: 300_000 },
  async (name, program) => {
    const { user, port, privateKey, home } = sshd.asset
    const place = `lines-${name}`
    const start = `mkdir ${place} && cd ${place} && exec env -i PATH="$PATH" HOME="$PWD" PS1='$ ' LC_ALL=C.UTF-8 TERM=xterm-256color ${program}`
    await using ssh = await sshCommand({ port, user, identity: privateKey.path, tty: true, command: start })
    await using shell = await GatedShell.start(name, { through: ssh })
    const effects: Array<{ readonly keys: string; readonly runs: boolean; readonly made: string }> = []
    for (const [index, { keys, runs }] of linesFor(name).entries()) {
      const made = join(home, place, `made-${index}`)
      const before = shell.refusals.length
      shell.type(keys.replaceAll('@', `made-${index}`))
      await shell.passed()
      if (shell.refusals.length > before) await shell.interrupt()
      else await shell.sync()
      effects.push({ keys, runs, made })
    }
    await shell.sync()
    const wrong = effects
      .filter(({ runs, made }) => existsSync(made) !== runs)
      .map(({ keys }) => JSON.stringify(keys))
    expect(wrong).toEqual([])
  },
)
