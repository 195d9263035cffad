import { sleep, systemClock } from '../base/clock.ts'
import { isAlive } from '../base/lock-file.ts'
import { type Command, EXIT } from './io.ts'
import { readCommandLine, refuseWords } from './options.ts'
import { runningDaemon } from './running.ts'

/** The daemon gives itself 30 s to end its sessions and records; then it is not going to. */
const PATIENCE_MS = 40_000
const LOOK_EVERY_MS = 100

/** `cocod stop`: SIGTERM to the daemon of this DATA_DIR, and waits until it is gone. */
export const stop: Command = async (args, io) => {
  const { config, words } = readCommandLine(args, io)
  refuseWords('stop', words)
  const holder = await runningDaemon(config.settings.DATA_DIR)
  if (!holder) {
    io.stdout.write(`not running (${config.settings.DATA_DIR})\n`)
    return EXIT.ok
  }
  process.kill(holder.pid, 'SIGTERM')
  const deadline = systemClock.monotonic() + PATIENCE_MS
  const alive = setInterval(() => {}, PATIENCE_MS) // the clock's timers do not keep this process alive
  while ((await isAlive(holder)) && systemClock.monotonic() < deadline)
    await sleep(systemClock, LOOK_EVERY_MS)
  clearInterval(alive)
  const gone = !(await isAlive(holder))
  io.stdout.write(gone ? `stopped (pid ${holder.pid})\n` : `process ${holder.pid} is still stopping\n`)
  return gone ? EXIT.ok : EXIT.failed
}
