import type { Config } from '../config/config.ts'
import { type CliIo, type Command, EXIT } from './io.ts'
import { readCommandLine } from './options.ts'
import { askStatus, type DaemonStatus, runningDaemon } from './running.ts'

/** As systemctl status: not running. */
const NOT_RUNNING = 3

/** `cocod status`: is it running, and which files it uses, as absolute paths. */
export const status: Command = async (args, io) => {
  const { config, switches } = readCommandLine(args, io, ['json'])
  const daemon = await askStatus(config.settings.DATA_DIR)
  const holder = await runningDaemon(config.settings.DATA_DIR)
  if (switches.has('json'))
    io.stdout.write(`${JSON.stringify({ daemon: daemon ?? null, paths: paths(config) })}\n`)
  else show(io, config, daemon, holder?.pid)
  return daemon ? EXIT.ok : NOT_RUNNING
}

const paths = ({ settings, file }: Config) => ({
  config: file ?? null,
  data: settings.DATA_DIR,
  keys: settings.KEYS_DIR,
  inventory: settings.INVENTORY ?? null,
})

function show(
  { stdout }: CliIo,
  config: Config,
  daemon: DaemonStatus | undefined,
  pid: number | undefined,
): void {
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
  `${daemon.name}  running ${uptime(daemon.uptimeSeconds)}, pid ${daemon.pid}, ${daemon.version}   ${daemon.ready ? 'ready' : 'NOT READY'}`,
  `core       ${daemon.core}${daemon.waitingFor ? `  ${daemon.waitingFor}` : ''}`,
  `listens    ssh ${daemon.ssh}, web ${daemon.web}`,
  `sessions   ${daemon.sessions}`,
  `records    ${daemon.recordsWaiting} waiting`,
]

function uptime(seconds: number): string {
  const [days, hours, minutes] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3600) % 24,
    Math.floor(seconds / 60) % 60,
  ]
  if (days > 0) return `${days} d ${hours} h`
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min`
}
