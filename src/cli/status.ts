import { durationText } from '../base/duration.ts'
import { blankControls } from '../base/escape.ts'
import type { Config } from '../config/config.ts'
import { isPlainHttp, PLAIN_HTTP } from '../core/plain-http.ts'
import { type CliIo, type Command, EXIT } from './io.ts'
import { readCommandLine, refuseWords } from './options.ts'
import { askStatus, type DaemonStatus, killedDaemon, runningDaemon } from './running.ts'

/** Of systemctl status: it ended without taking leave; it does not run; it runs, and nobody knows how it is. */
const DEAD = 1
const NOT_RUNNING = 3
const UNKNOWN = 4

/** `cocod status`: is it running, for whom and how, and which files it uses, as absolute paths. */
export const status: Command = async (args, io) => {
  const { config, switches, words } = readCommandLine(args, io, ['json'])
  refuseWords('status', words)
  const { DATA_DIR } = config.settings
  const daemon = await askStatus(DATA_DIR)
  const [holder, killed] = [await runningDaemon(DATA_DIR), await killedDaemon(DATA_DIR)]
  if (switches.has('json'))
    io.stdout.write(`${JSON.stringify({ daemon: daemon ?? null, paths: paths(config) })}\n`)
  else show(io, config, { daemon, pid: holder?.pid, killed: killed?.pid })
  if (daemon) return EXIT.ok
  if (holder) return UNKNOWN
  return killed ? DEAD : NOT_RUNNING
}

const paths = ({ settings, file }: Config) => ({
  config: file ?? null,
  data: settings.DATA_DIR,
  keys: settings.KEYS_DIR,
  inventory: settings.INVENTORY ?? null,
})

interface Found {
  readonly daemon: DaemonStatus | undefined
  /** Of the process that holds the data directory, answering or not. */
  readonly pid: number | undefined
  /** Of the process that held it last, if that was killed. */
  readonly killed: number | undefined
}

function show({ stdout }: CliIo, config: Config, found: Found): void {
  const files = paths(config)
  const lines = [
    ...(found.daemon ? running(found.daemon, files.data) : [notRunning(found)]),
    `config     ${files.config ?? 'none (defaults)'}`,
    `data       ${files.data}`,
    `keys       ${files.keys}`,
    ...(files.inventory ? [`inventory  ${files.inventory}`] : []),
  ]
  stdout.write(`${lines.map(blankControls).join('\n')}\n`)
}

function notRunning({ pid, killed }: Found): string {
  if (pid !== undefined) return `process ${pid} does not answer`
  return killed === undefined ? 'not running' : `not running (process ${killed} was killed or crashed)`
}

const running = (daemon: DaemonStatus, dataDir: string): readonly string[] => [
  `${daemon.name}  running ${durationText(daemon.uptimeSeconds * 1000)}, pid ${daemon.pid}, ${daemon.version}   ${stateOf(daemon)}`,
  `core       ${[daemon.core, ...coreFacts(daemon)].join('  ')}`,
  ...(isPlainHttp(daemon.core) ? [`warning    ${PLAIN_HTTP}`] : []),
  ...(daemon.waitingFor ? [`waits for  ${daemon.waitingFor.replace(`${daemon.core}: `, '')}`] : []),
  `listens    ssh ${daemon.ssh}, web ${daemon.web}`,
  `sessions   ${sessions(daemon)}`,
  `records    ${records(daemon)}`,
  ...daemon.storagesFailing.map(
    ({ name, reason }) => `storage    ${name} FAILS${reason ? `: ${reason}` : ''}`,
  ),
  ...(daemon.disk && daemon.disk.state !== 'ok' ? [diskLine(daemon.disk)] : []),
  ...space(daemon, dataDir),
]

function stateOf({ ready, draining }: DaemonStatus): string {
  if (draining) return 'draining'
  return ready ? 'ready' : 'NOT READY'
}

/** Registered, when it was heard last, and how its clock stands. */
function coreFacts({ lastBeatSeconds, clockSkewMs }: DaemonStatus): readonly string[] {
  if (typeof lastBeatSeconds !== 'number') return []
  const skew = typeof clockSkewMs === 'number' ? `, clock ${signed(clockSkewMs / 1000)} s` : ''
  return [`accepted, last beat ${durationText(lastBeatSeconds * 1000)} ago${skew}`]
}

const signed = (seconds: number): string => `${seconds < 0 ? '-' : '+'}${Math.abs(seconds).toFixed(1)}`

function sessions({ sessions: all, sessionsByDoor: by, logins }: DaemonStatus): string {
  const doors = by && all > 0 ? ` (${by.ssh} ssh, ${by.web} web)` : ''
  return `${all}${doors}${logins ? `   logins ${logins.accepted}, refused ${logins.refused} since the start` : ''}`
}

function records({ recordsWaiting, recordsRefused, oldestRecordSeconds }: DaemonStatus): string {
  const oldest =
    typeof oldestRecordSeconds === 'number' ? `, oldest ${durationText(oldestRecordSeconds * 1000)}` : ''
  const refused =
    recordsRefused > 0 ? `, ${recordsRefused} refused by core (see dead-letter in the data directory)` : ''
  return `${recordsWaiting} waiting${oldest}${refused}`
}

const space = ({ space: found }: DaemonStatus, dataDir: string): readonly string[] =>
  found
    ? [`space      ${found.usedPercent} % of ${dataDir} used, ${(found.freeBytes / 1e9).toFixed(1)} GB free`]
    : []

const diskLine = ({ state, freeBytes, reserveBytes }: NonNullable<DaemonStatus['disk']>): string =>
  `disk       ${state === 'full' ? 'FULL, no session can begin' : 'LOW'}: ${megabytes(freeBytes)} MB free, ${megabytes(reserveBytes)} MB reserve`

const megabytes = (bytes: number): number => Math.round(bytes / 1e6)
