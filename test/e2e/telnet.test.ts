import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, expect, onTestFailed, test } from 'vitest'
import { type Bastion, startBastion } from '../fixtures/bastion.ts'
import type { DoubleSession } from '../fixtures/core-double/state.ts'
import { type CoreDouble, startCoreDouble } from '../fixtures/core-double.ts'
import { startTelnetd, TELNET_LOGIN, type Telnetd } from '../fixtures/telnetd.ts'

let core: CoreDouble
let telnetd: Telnetd
let bastion: Bastion
beforeAll(async () => {
  core = await startCoreDouble()
  telnetd = await startTelnetd()
  bastion = await startBastion({ core })
  const [alice] = core.state.users.values()
  if (!alice) throw new Error('no user')
  const { account: username, password } = TELNET_LOGIN
  const operator = core.addSystemUser({ username, password, protocol: 'telnet', priority: 90 })
  const { user, port, privateKey } = bastion.sshd.asset
  const jump = { ip: '127.0.0.1', port, username: user, private_key: privateKey.text }
  const at = { ip: '127.0.0.1', protocols: [`telnet/${telnetd.port}`] }
  core.grant(alice, core.addAsset({ hostname: 'old-switch', ...at }), operator)
  const { id: domain } = core.addDomain('backyard', jump)
  core.grant(alice, core.addAsset({ hostname: 'far-switch', ...at, domain }), operator)
})
afterAll(async () => {
  await bastion[Symbol.asyncDispose]()
  await telnetd[Symbol.asyncDispose]()
  await core[Symbol.asyncDispose]()
})

beforeEach(() => onTestFailed(() => console.error(bastion.daemon.output.slice(-8000))))

/** The session on this asset that core has whole. */
const delivered = (asset: string): Promise<DoubleSession> =>
  core.until(({ state }) =>
    [...state.sessions.values()].find((each) => each.asset === asset && each.is_finished && each.has_replay),
  )

const commandsOf = ({ id }: DoubleSession): string[] =>
  [...core.state.commands.values()].filter(({ session }) => session === id).map(({ input }) => input)

test('a person comes by the menu to a telnet asset, and core gets its record like any other', async () => {
  await using ssh = await bastion.ssh({ size: { columns: 91, rows: 31 } })
  await ssh.untilScreen(/Opt>$/m)
  ssh.type('old-switch\r')
  await ssh.untilScreen(/Welcome to the test machine[\s\S]*box\$$/m)
  ssh.type('stty size; printf "%s\\n" 世界\r')
  await ssh.untilScreen(/^31 91\n世界/m)
  ssh.resize({ columns: 101, rows: 35 })
  // The client sends the size when it gets to its signal, which may be after these keys.
  ssh.type('clear; until stty size | grep "^35 101$"; do sleep 0.1; done\r')
  await ssh.untilScreen(/^35 101/m)
  ssh.type('read -s SECRET; echo got-it\r')
  await ssh.untilScreen(/got-it$/m)
  ssh.type('hunter2-canary\r')
  await ssh.untilScreen(/^got-it\nbox\$$/m)
  ssh.type('echo by"e"\r')
  await ssh.untilScreen(/^bye\nbox\$$/m)
  ssh.type('exit\r')
  await ssh.untilScreen(/Opt>$/m)
  expect(ssh.history()).toContain('closed by the asset')
  const session = await delivered('old-switch')
  expect(session).toMatchObject({
    user: 'Alice (alice)',
    system_user: TELNET_LOGIN.account,
    login_from: 'ST',
  })
  expect(commandsOf(session)).toEqual([
    'stty size; printf "%s\\n" 世界',
    'clear; until stty size | grep "^35 101$"; do sleep 0.1; done',
    'read -s SECRET; echo got-it',
    'echo by"e"',
    'exit',
  ])
  const replay = gunzipSync(core.state.replays.get(session.id) ?? Buffer.alloc(0)).toString()
  expect(replay).toContain('Welcome to the test machine')
  const everything = `${replay}${JSON.stringify([...core.state.commands.values()])}${bastion.daemon.output}`
  for (const secret of [TELNET_LOGIN.password, 'hunter2']) expect(everything).not.toContain(secret)
})

test('core is told no protocol of a telnet session: it knows none by that name', async () => {
  const session = await delivered('old-switch')
  const bodies = core.journal.of('POST', '/sessions/').map(({ body }) => body)
  const created = bodies.find((body) => JSON.stringify(body).includes(session.id))
  expect(created).toMatchObject({ id: session.id })
  expect(created).not.toHaveProperty('protocol')
})

test('a direct login reaches a telnet asset behind a gateway', async () => {
  await using ssh = await bastion.ssh({ as: `alice@${TELNET_LOGIN.account}@far-switch` })
  await ssh.untilScreen(/box\$$/m)
  ssh.type('echo through-$((40+2))\r')
  await ssh.untilScreen(/^through-42\nbox\$$/m)
  ssh.type('exit\r')
  expect(await ssh.closed).toBe(0)
  const session = await delivered('far-switch')
  expect(commandsOf(session)).toEqual(['echo through-$((40+2))', 'exit'])
  expect(bastion.sshd.log).toContain(`Accepted publickey for ${bastion.sshd.asset.user}`)
})

test('a command on the command line of a telnet asset is refused in words', async () => {
  const { stderr, stdout, code } = await bastion.run('uname', {
    as: `alice@${TELNET_LOGIN.account}@old-switch`,
  })
  expect(code).toBe(255)
  expect(stderr.toString()).toMatch(/^cocod: .*telnet/m)
  expect(stdout.length).toBe(0)
})
