import { existsSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { readCommands } from '../../src/audit/command-log.ts'
import { verifySession } from '../../src/audit/verify.ts'
import { Scope } from '../../src/base/scope.ts'
import { PASSWORD } from '../fixtures/bastion.ts'
import { type CoreDouble, startCoreDouble } from '../fixtures/core-double.ts'
import { startDaemon } from '../fixtures/daemon.ts'
import { seeded } from '../fixtures/random.ts'
import { runSsh, sshClient } from '../fixtures/ssh-client.ts'
import { type Sshd, startSshd } from '../fixtures/sshd.ts'
import { temporaryDirectory } from '../fixtures/temporary-directory.ts'

const ROUNDS = Number(process.env['KILL_ROUNDS'] ?? 20)
const SHELLS = 8
const EXECS = 2
/** Under which a record may be lost by default (security: nothing older than a second). */
const GRACE_MS = 1_000

/** A command whose output somebody saw. */
interface Seen {
  readonly input: string
  readonly output: string
  readonly at: number
}

interface World {
  readonly core: CoreDouble
  readonly sshd: Sshd
  readonly directory: string
  readonly random: ReturnType<typeof seeded>
}

function furnish(core: CoreDouble, { asset }: Sshd): void {
  const alice = core.addUser({ username: 'alice', name: 'Alice', password: PASSWORD })
  const web = core.addAsset({ hostname: 'web-01', ip: asset.address, protocols: [`ssh/${asset.port}`] })
  core.grant(alice, web, core.addSystemUser({ username: asset.user, private_key: asset.privateKey.text }))
  core.state.config['TERMINAL_HEARTBEAT_INTERVAL'] = 1
}

const startBastion = ({ core, directory }: World) =>
  startDaemon({
    directory,
    env: {
      CORE_HOST: core.url,
      BOOTSTRAP_TOKEN: core.state.bootstrapToken,
      BIND_HOST: '127.0.0.1',
      ALLOW_LOCAL_ASSETS: 'yes',
    },
  })

const AS = { user: 'alice#web-01', password: PASSWORD }

/** Somebody who works in a shell until it is taken away; what they saw. */
async function work(port: number, name: string, { random }: World): Promise<Seen[]> {
  const seen: Seen[] = []
  await using ssh = await sshClient({ port, ...AS })
  try {
    await ssh.untilScreen(/[$#]$/m)
    for (let n = 1; ; n++) {
      const [input, output] = [`echo ${name}-$((${n}))`, `${name}-${n}`]
      ssh.type(`${input}\r`)
      await ssh.untilScreen(new RegExp(`^${output}\\n[^]*[$#]$`, 'm'))
      seen.push({ input, output, at: performance.now() })
      await pause(random.below(60))
    }
  } catch {
    return seen // it was taken away
  }
}

/** One life of the daemon, ended by SIGKILL with everybody at work; what they saw more than a second before. */
async function life(world: World, round: number): Promise<Seen[]> {
  const daemon = startBastion(world)
  const { sshPort: port } = await daemon.ready()
  const shells = Array.from({ length: SHELLS }, (_, n) => work(port, `r${round}s${n}`, world))
  const command = 'for i in $(seq 1 500); do echo $i; sleep 0.02; done'
  const execs = Array.from({ length: EXECS }, () => runSsh({ port, ...AS, command }))
  // Some of what it sends in this life is taken without an answer, or not at all.
  const trouble = world.random.pick(['loseAnswer', 'halfBody', 'reset', '500'] as const)
  using _outage = world.core.fail(trouble, { path: /command\/|replay\//, times: 3 })
  await pause(200 + world.random.below(4_000))
  const killed = performance.now()
  daemon.signal('SIGKILL')
  await daemon.exited
  await Promise.all(execs)
  const seen = (await Promise.all(shells)).flat()
  return seen.filter(({ at }) => at < killed - GRACE_MS)
}

const spooled = (directory: string): string[] => {
  const root = join(directory, 'data', 'sessions')
  if (!existsSync(root)) return [] // killed before the first session
  return readdirSync(root).flatMap((day) => readdirSync(join(root, day)).map((id) => join(root, day, id)))
}

/** What is in the files now: from here on it must not get lost, nor come twice. */
async function acknowledged(directory: string): Promise<string[]> {
  const inputs: string[] = []
  for await (const { command } of readCommands(join(directory, 'commands.ndjson'))) inputs.push(command.input)
  return inputs
}

test(`${ROUNDS} times kill -9 under ${SHELLS + EXECS} working sessions: core has every acknowledged command once, every session's end and a replay that plays`, async () => {
  await using scope = new Scope()
  const { path: directory } = scope.own(await temporaryDirectory())
  const core = scope.own(await startCoreDouble())
  const sshd = scope.own(await startSshd())
  const world: World = { core, sshd, directory, random: seeded(Number(process.env['KILL_SEED'] ?? 1)) }
  furnish(core, sshd)

  const written = new Map<string, string[]>()
  const seen: Seen[] = []
  for (let round = 0; round < ROUNDS; round++) {
    seen.push(...(await life(world, round)))
    for (const place of spooled(directory)) {
      const id = basename(place)
      const before = written.get(id) ?? []
      const now = await acknowledged(place)
      expect(now.slice(0, before.length), 'a written command is never changed').toEqual(before)
      written.set(id, now)
    }
  }
  const inAll = new Set([...written.values()].flat())
  expect(seen.filter(({ input }) => !inAll.has(input))).toEqual([])

  const last = startBastion(world)
  await last.ready()
  await core.until(({ state }) => [...state.sessions.values()].every((each) => each.has_replay))
  last.signal('SIGTERM')
  expect(await last.exited).toBe(0)

  const { sessions, commands, replays } = core.state
  // Those that were killed before core was to know them have shown nothing and left nothing.
  const ids = [...sessions.keys()].sort()
  expect(
    spooled(directory)
      .map((place) => basename(place))
      .sort(),
  ).toEqual(ids)
  expect([...written].filter(([id, inputs]) => inputs.length > 0 && !sessions.has(id))).toEqual([])
  const played = [...sessions.values()].map(({ id, is_finished }) => {
    expect(is_finished).toBe(true)
    const inputs = commands.filter(({ session }) => session === id).map(({ input }) => input)
    const isExec = inputs[0]?.startsWith('for ')
    expect(inputs, id).toEqual(isExec ? [inputs[0]] : written.get(id))
    const frames: unknown = JSON.parse(gunzipSync(replays.get(id) ?? Buffer.alloc(0)).toString())
    return Object.values(frames ?? {}).join('')
  })
  const lines = new Set(played.flatMap((text) => text.split(/[\r\n]+/)))
  expect(seen.filter(({ output }) => !lines.has(output))).toEqual([])
  for (const place of spooled(directory)) expect(await verifySession(place)).toMatchObject({ kind: 'whole' })
  console.log(
    `${sessions.size} sessions, ${commands.length} commands, ${seen.length} seen a second before a kill`,
  )
})
