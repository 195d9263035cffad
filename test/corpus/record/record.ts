// Records the corpus anew: npx tsx test/corpus/record/record.ts [PATTERN]
// Wants what README.md beside the corpus names, on Debian, as root. With a pattern only the sessions whose name it fits.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Size } from '../../../src/terminal/terminal.ts'
import { seeded } from '../../fixtures/random.ts'
import { startSshd } from '../../fixtures/sshd.ts'
import { type CorpusSession, readCorpus, writeCorpus } from '../format.ts'
import { type Planned, planned } from './plan.ts'
import { setUp, writePrograms } from './shells.ts'
import { Stage } from './stage.ts'
import { truthOf } from './truth.ts'

const AT_ONCE = 6
const MOST_TRIES = 3
const SESSIONS = join(import.meta.dirname, '../sessions')
const SIZES: readonly [Size, ...Size[]] = [
  { columns: 80, rows: 24 },
  { columns: 120, rows: 40 },
  { columns: 60, rows: 20 },
  { columns: 200, rows: 50 },
  { columns: 100, rows: 30 },
]

const nameOf = ({ scenario, shell, round, marks }: Planned): string =>
  `${scenario}/${shell}${marks ? '+marks' : ''}/${round}`

async function record(plan: Planned, ssh: string): Promise<CorpusSession> {
  const name = nameOf(plan)
  const random = seeded([...name].reduce((sum, char) => (Math.imul(sum, 31) + char.charCodeAt(0)) >>> 0, 7))
  const home = mkdtempSync(join(tmpdir(), 'c-'))
  try {
    fill(home)
    writePrograms(home, ssh.replaceAll('HOME', home))
    const setup = setUp(plan.shell, home, random, plan.marks)
    const size = random.pick(SIZES)
    await using stage = new Stage({
      ...setup,
      cwd: home,
      size,
      random,
      latency: random.pick([0, 0, 0, 20, 60, 150]),
      rhythm: random.pick([2, 15, 40, 90]),
    })
    await stage.settle(plan.shell === 'fish' ? 800 : 400)
    await plan.run(stage, plan.shell)
    await stage.settle(200)
    const kept = stage.recorded(name, size)
    // It tells its history only when asked; that is no part of the session.
    if (plan.shell === 'busybox') await stage.aside(`history > ${home}/.history`)
    const repeats = plan.shell !== 'busybox'
    return { ...kept, truth: truthOf(plan.shell, home), ...(!repeats && { repeats }) }
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

function fill(home: string): void {
  mkdirSync(join(home, 'data'))
  writeFileSync(join(home, 'notes.txt'), 'alpha beta\ngamma 审计 delta\nlast line\n')
  writeFileSync(join(home, 'data/a.csv'), '1,one\n2,two\n')
  writeFileSync(join(home, 'data/b.csv'), '1,one\n2,two\n3,二\n')
  writeFileSync(join(home, 'data/long.txt'), Array.from({ length: 300 }, (_, n) => `line ${n}\n`).join(''))
  writeFileSync(join(home, 'report-a.txt'), 'report a\n')
  writeFileSync(join(home, 'report-b.txt'), 'report b\n')
  const inner = `bash --noprofile --rcfile ${join(home, '.bashrc')} -i`
  writeFileSync(
    join(home, '.tmux.conf'),
    `set -g default-command "${inner}"\nset -g default-terminal screen-256color\n`,
  )
  writeFileSync(join(home, '.screenrc'), `startup_message off\naltscreen on\nshell ${join(home, 'inner')}\n`)
  writeFileSync(join(home, 'inner'), `#!/bin/sh\nexec ${inner}\n`, { mode: 0o755 })
}

async function tried(plan: Planned, ssh: string): Promise<CorpusSession | undefined> {
  for (let round = 1; round <= MOST_TRIES; round++) {
    try {
      return await record(plan, ssh)
    } catch (error) {
      console.error(`${nameOf(plan)}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return undefined
}

const [pattern = '', directory = SESSIONS] = process.argv.slice(2)
const chosen = planned().filter((plan) => new RegExp(pattern).test(nameOf(plan)))
await using sshd = await startSshd({
  config: [
    'AcceptEnv COCOD_* HOME LANG LC_*',
    'ForceCommand cd "$COCOD_HOME" && exec bash --noprofile --rcfile "$COCOD_HOME/.bashrc" -i',
  ],
})
const { port, privateKey } = sshd.asset
const ssh =
  `export COCOD_HOME=HOME\n[ "$1" = web-2 ] && exec /usr/bin/ssh -qt -F none -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null ` +
  `-o SendEnv="COCOD_* LANG LC_ALL" -i ${privateKey.path} -p ${port} root@127.0.0.1\nexec /usr/bin/ssh "$@"`

const found = new Map<string, CorpusSession>()
const waiting = [...chosen]
const done = new Map<string, CorpusSession[]>()
async function work(): Promise<void> {
  for (let plan = waiting.shift(); plan; plan = waiting.shift()) {
    const session = await tried(plan, ssh)
    if (!session) continue
    found.set(session.name, session)
    console.log(`${found.size}/${chosen.length} ${session.name}: ${session.truth.length} commands`)
  }
}
await Promise.all(Array.from({ length: AT_ONCE }, work))

// What was not recorded now stays as it was.
mkdirSync(directory, { recursive: true })
for await (const session of readCorpus(directory))
  if (!found.has(session.name)) found.set(session.name, session)
for (const session of [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1))) {
  const [scenario = ''] = session.name.split('/')
  done.set(scenario, [...(done.get(scenario) ?? []), session])
}
for (const [scenario, sessions] of done) await writeCorpus(join(directory, `${scenario}.ndjson.gz`), sessions)
