import { durationText } from '../base/duration.ts'
import type { Config } from '../config/config.ts'
import { isPlainHttp, PLAIN_HTTP } from '../core/plain-http.ts'
import { type CliIo, type Command, EXIT } from './io.ts'
import { readCommandLine, refuseWords } from './options.ts'
import { askStatus, type DaemonStatus, runningDaemon } from './running.ts'

/** As systemctl status: not running. */
const NOT_RUNNING = 3

/** `cocod status`: is it running, and which files it uses, as absolute paths. */
export const status: Command = async (args, io) => {
  const { config, switches, words } = readCommandLine(args, io, ['json'])
  refuseWords('status', words)
  const daemon = await askStatus(config.settings.DATA_DIR)
  const holder = await runningDaemon(config.settings.DATA_DIR)
  if (switches.has('json'))
    io.stdout.write(`${JSON.stringify({ daemon: daemon ?? null, paths: paths(config) })}\n`)
  else show(io, config, { daemon, pid: holder?.pid })
  return daemon ? EXIT.ok : NOT_RUNNING
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
}

function show({ stdout }: CliIo, config: Config, { daemon, pid }: Found): void {
  const files = paths(config)
  const lines = [
    ...(daemon ? running(daemon) : [pid ? `process ${pid} does not answer` : 'not running']),
    `config     ${files.config ?? 'none (defaults)'}`,
    `data       ${files.data}`,
    `keys       ${files.keys}`,
    ...(files.inventory ? [`inventory  ${files.inventory}`] : []),
  ]
  stdout.write(`${lines.join('\n')}\n`)
}

const running = (daemon: DaemonStatus): readonly string[] => [
  `${daemon.name}  running ${durationText(daemon.uptimeSeconds * 1000)}, pid ${daemon.pid}, ${daemon.version}   ${daemon.ready ? 'ready' : 'NOT READY'}`,
  `core       ${daemon.core}`,
  ...(isPlainHttp(daemon.core) ? [`warning    ${PLAIN_HTTP}`] : []),
  ...(daemon.waitingFor ? [`waits for  ${daemon.waitingFor.replace(`${daemon.core}: `, '')}`] : []),
  `listens    ssh ${daemon.ssh}, web ${daemon.web}`,
  `sessions   ${daemon.sessions}`,
  `records    ${daemon.recordsWaiting} waiting${daemon.recordsRefused > 0 ? `, ${daemon.recordsRefused} refused by core (see dead-letter in the data directory)` : ''}`,
  ...daemon.storagesFailing.map(
    ({ name, reason }) => `storage    ${name} FAILS${reason ? `: ${reason}` : ''}`,
  ),
  ...(daemon.disk && daemon.disk.state !== 'ok' ? [diskLine(daemon.disk)] : []),
]

const diskLine = ({ state, freeBytes, reserveBytes }: NonNullable<DaemonStatus['disk']>): string =>
  `disk       ${state === 'full' ? 'FULL, no session can begin' : 'LOW'}: ${megabytes(freeBytes)} MB free, ${megabytes(reserveBytes)} MB reserve`

const megabytes = (bytes: number): number => Math.round(bytes / 1e6)
