// What command rules cost a person who types: a key and an Enter at bash's prompt, in a session with rules and in one
// without, by turns through one daemon to the same asset. Needs the build. Run: npx tsx bench/rules.ts [--rounds 30]
import { parseArgs } from 'node:util'
import pty from '@lydell/node-pty'
import { z } from 'zod'
import { Scope } from '../src/base/scope.ts'
import { PASSWORD, startBastion } from '../test/fixtures/bastion.ts'
import { startCoreDouble } from '../test/fixtures/core-double.ts'
import { Lookout } from '../test/fixtures/lookout.ts'
import { sshCommand } from '../test/fixtures/ssh-command.ts'
import { columns, median, quantile } from './numbers.ts'

const LINE = 'true some words'
const PROMPT = /\x1b\[\?2004h[^\n]*\$ $/
/** A fast typist is slower; it keeps what one key leaves to be done away from the next. */
const PAUSE_MS = 20
const RULES = ['shutdown', 'reboot', 'mkfs\\S*', 'rm -rf /', 'dd if=.*of=/dev/.*']

const { values } = parseArgs({ options: { rounds: { type: 'string' } } })
const rounds = z.coerce.number().int().min(1).max(1000).default(30).parse(values.rounds)

await using scope = new Scope()
const core = scope.own(await startCoreDouble())
const bastion = scope.own(await startBastion({ core }))
const { user: username, privateKey } = bastion.sshd.asset
const [alice] = core.state.users.values()
const [web] = core.state.assets.values()
if (!alice || !web) throw new Error('no user, no asset')
for (const name of ['free', 'ruled']) {
  const account = core.addSystemUser({ name, username, private_key: privateKey.text })
  core.grant(alice, web, account)
  if (name === 'ruled')
    core.addRule(account, { type: 'command', content: RULES.join('\r\n'), action: 'deny' })
}

const ways = { ruled: await open('ruled'), free: await open('free') }
const times = {
  ruled: { key: [] as number[], enter: [] as number[] },
  free: { key: [] as number[], enter: [] as number[] },
}
for (let round = 0; round < rounds; round++) {
  for (const way of round % 2 === 0 ? (['ruled', 'free'] as const) : (['free', 'ruled'] as const)) {
    for (const key of LINE) times[way].key.push(await ways[way](key, (shown) => shown.includes(key)))
    times[way].enter.push(await ways[way]('\r', (shown) => PROMPT.test(shown)))
  }
}

const figures = (what: 'key' | 'enter', share: number): readonly string[] => {
  const [ruled, free] = [quantile(times.ruled[what], share), quantile(times.free[what], share)]
  const name = `${what === 'key' ? 'key to its echo' : 'Enter to the next prompt'}, p${share * 100}`
  return [
    name,
    (ruled / free).toFixed(2),
    `${ruled.toFixed(2)} ms`,
    `${free.toFixed(2)} ms`,
    `${(ruled - free).toFixed(2)} ms`,
  ]
}
const rows = (['key', 'enter'] as const).flatMap((what) => [figures(what, 0.5), figures(what, 0.95)])
console.log(`\n${columns([['', 'ratio', 'with rules', 'without', 'more'], ...rows])}\n`)
console.log(`  ${rounds} lines of ${LINE.length} keys each way; rules cost ${costs()} at the median.`)

function costs(): string {
  const more = (what: 'key' | 'enter'): string =>
    (median(times.ruled[what]) - median(times.free[what])).toFixed(2)
  return `${more('key')} ms a key and ${more('enter')} ms an Enter`
}

/** A session at its prompt: types keys and tells how many ms it took until what was shown since is as asked. */
async function open(account: string) {
  const as = `alice@${account}@web-01`
  const command = scope.own(
    await sshCommand({ port: bastion.sshPort, user: as, password: PASSWORD, tty: true }),
  )
  const client = pty.spawn(command.file, command.args, { cols: 100, rows: 30, env: command.env })
  scope.defer(() => client.kill('SIGKILL'))
  const news = new Lookout()
  let shown = ''
  client.onData((data) => {
    shown += data
    news.changed()
  })
  const until = (done: (shown: string) => boolean): Promise<true> =>
    news.until(
      () => done(shown) || undefined,
      () => `${as} showed ${JSON.stringify(shown.slice(-300))}`,
    )
  await until((text) => PROMPT.test(text))
  return async (keys: string, done: (shown: string) => boolean): Promise<number> => {
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    shown = ''
    const began = performance.now()
    client.write(keys)
    await until(done)
    return performance.now() - began
  }
}
