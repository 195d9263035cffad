// What each step of connecting to an asset costs the bastion (name, TCP, key exchange with the pinned host key, login,
// shell), and all of it as a ratio to `ssh` to the same sshd.
//
//   npx tsx bench/connect.ts [--rounds 20]
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { AssetConnector } from '../src/asset/connector.ts'
import { HostKeys } from '../src/asset/host-keys.ts'
import { Paths } from '../src/asset/path.ts'
import { OptionResolver } from '../src/asset-options/asset-options.ts'
import { systemClock as clock } from '../src/base/clock.ts'
import { Scope } from '../src/base/scope.ts'
import { Secret } from '../src/base/secret.ts'
import { silentLog } from '../src/log.ts'
import { anAccount, anAsset } from '../test/fixtures/granted.ts'
import { type Sshd, startSshd } from '../test/fixtures/sshd.ts'
import { temporaryDirectory } from '../test/fixtures/temporary-directory.ts'
import { columns, median } from './numbers.ts'

const { values } = parseArgs({ options: { rounds: { type: 'string' } } })
const rounds = z.coerce.number().int().min(1).max(1000).default(20).parse(values.rounds)

const STEPS = ['resolved', 'connected', 'host-key', 'logged-in', 'shell'] as const
const NAMES = ['name', 'TCP', 'key exchange', 'login', 'shell, first byte']

await using scope = new Scope()
const sshd = scope.own(await startSshd())
const directory = scope.own(await temporaryDirectory()).path
const connector = scope.own(await makeConnector())
await ours() // pins the host key, and compiles what is measured
await theirs(sshd)
const times: number[][] = []
const plain: number[] = []
for (let round = 0; round < rounds; round++) {
  times.push(await ours())
  plain.push(await theirs(sshd))
}
const whole = times.map((steps) => steps.at(-1) ?? Number.NaN)
const costs = STEPS.map((_, at) =>
  times.map((steps) => (steps[at] ?? 0) - (at > 0 ? (steps[at - 1] ?? 0) : 0)),
)
const row = (name: string, numbers: readonly number[]): string[] => [name, `${median(numbers).toFixed(1)} ms`]
const steps = costs.map((numbers, at) => row(NAMES[at] ?? '', numbers))
console.log(`\n${columns([...steps, row('all of it', whole), row('ssh host true', plain)])}`)
console.log(
  `\n  Ratio to ssh: ${(median(whole) / median(plain)).toFixed(2)}, medians of ${rounds} rounds by turns.\n`,
)

async function makeConnector(): Promise<AssetConnector> {
  const log = silentLog()
  const options = new OptionResolver({ sections: [], hostKeyPolicy: 'accept-new', totalSeconds: 30 })
  const hostKeys = await HostKeys.open({ path: join(directory, 'known_hosts'), log })
  const paths = new Paths({
    destination: { allowLocalAssets: true, listeners: () => [] },
    gatewayOptions: (gateway) => options.gatewayOptions(gateway),
    ...{ hostKeys, clock, log },
  })
  const assetOptions = (target: Parameters<OptionResolver['assetOptions']>[0]) => options.assetOptions(target)
  return new AssetConnector({ paths, hostKeys, assetOptions, clock, log })
}

/** ms from the beginning to the end of each step. */
async function ours(): Promise<number[]> {
  const { port, user, privateKey } = sshd.asset
  const asset = anAsset('localhost', { ip: 'localhost', protocols: [{ name: 'ssh', port }] })
  const prepared = {
    target: { asset, systemUser: anAccount(user) },
    credentials: { username: user, password: undefined, privateKey: new Secret(privateKey.text) },
    ...{ rules: [], gateways: [] },
  }
  const began = performance.now()
  const at = new Map<string, number>()
  const progress = ({ kind }: { readonly kind: string }): void => void at.set(kind, performance.now() - began)
  const client = { userId: 'u', remoteAddr: '203.0.113.7' }
  const request = { prepared, client, dialogue: { progress } }
  await using connection = await connector.connect(request, new AbortController().signal)
  const channel = await connection.shell({ term: 'xterm', modes: {}, size: { columns: 80, rows: 24 } })
  await once(channel.output, 'data')
  at.set('shell', performance.now() - began)
  channel.close()
  return STEPS.map((step) => at.get(step) ?? Number.NaN)
}

/** ms of OpenSSH's client, to its end. */
async function theirs({ asset: { port, user, privateKey } }: Sshd): Promise<number> {
  const known = `UserKnownHostsFile=${join(directory, 'openssh_known_hosts')}`
  const options = ['-F', 'none', '-o', 'BatchMode=yes', '-o', 'StrictHostKeyChecking=accept-new', '-o', known]
  const to = ['-i', privateKey.path, '-p', String(port), `${user}@localhost`, 'true']
  const began = performance.now()
  const ssh = spawn('ssh', [...options, ...to], { stdio: 'ignore' })
  const [code] = z
    .tuple([z.number().nullable()])
    .rest(z.unknown())
    .parse(await once(ssh, 'exit'))
  if (code !== 0) throw new Error(`ssh ended with ${code}`)
  return performance.now() - began
}
