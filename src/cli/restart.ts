import { readFile, readlink } from 'node:fs/promises'
import { z } from 'zod'
import { Fault } from '../base/fault.ts'
import type { Holder } from '../base/lock-file.ts'
import { type Launch, launch, START_SECONDS } from './detach.ts'
import { type Command, EXIT } from './io.ts'
import { readCommandLine, refuseWords } from './options.ts'
import { takeOptions } from './own-options.ts'
import { runningDaemon } from './running.ts'

import { DETACHED, START_SWITCHES } from './starter.ts'
import { stopDaemon, stopOrder } from './stop.ts'

export class RestartError extends Fault<'RESTART'> {
  override readonly name = 'RestartError'

  constructor(message: string, next: string, cause?: unknown) {
    super('RESTART', { step: 'restart', message, next, cause })
  }
}

/**
 * `cocod restart [--drain] [--timeout MINUTES]`: stops the daemon as `cocod stop` does and starts it in the background
 * with the arguments, the directory and the environment that the running one was started with (proc(5)). The
 * configuration is read before anything is stopped.
 */
export const restart: Command = async (args, io) => {
  const { own, rest } = takeOptions(args, ['timeout'])
  const { config, switches, words } = readCommandLine(rest, io, ['drain'])
  refuseWords('restart', words)
  const holder = await runningDaemon(config.settings.DATA_DIR)
  if (!holder) throw new RestartError('no daemon runs', 'start it: cocod start -d')
  const as = await launchOf(holder)
  const { config: next } = readCommandLine(as.args, { ...io, env: as.env, cwd: as.cwd }, START_SWITCHES)
  const order = stopOrder(config.settings, { drain: switches.has('drain'), timeout: own.timeout })
  const stopped = await stopDaemon(holder, { dataDir: config.settings.DATA_DIR, ...order }, io)
  if (stopped !== EXIT.ok) return stopped
  return await launch(as, io, { settings: next.settings, seconds: START_SECONDS })
}

/** How the running daemon was started. Throws RestartError when another program started it. */
async function launchOf({ pid }: Holder): Promise<Launch> {
  try {
    const [args, environment, cwd] = await Promise.all([
      readFile(`/proc/${pid}/cmdline`, 'utf8'),
      readFile(`/proc/${pid}/environ`, 'utf8'),
      readlink(`/proc/${pid}/cwd`),
    ])
    return { ...Detached.parse(args.split('\0').slice(0, -1)), env: environmentOf(environment), cwd }
  } catch (cause) {
    if (cause instanceof z.ZodError) {
      throw new RestartError(
        `process ${pid} was not started by cocod start -d, so what started it has to restart it`,
        'systemctl restart cocod, docker restart, or cocod stop and the start you used',
      )
    }
    throw new RestartError(`what started process ${pid} cannot be read`, 'cocod stop, then start it', cause)
  }
}

/** `node ... cocod start ARGS --detached`. */
const Detached = z
  .array(z.string())
  .refine((words) => words.at(-1) === `--${DETACHED}`)
  .transform((words) => ({ args: words.slice(words.indexOf('start') + 1, -1) }))

const environmentOf = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split('\0')
      .filter((line) => line.includes('='))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
