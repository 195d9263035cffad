import { once } from 'node:events'
import type { Socket } from 'node:net'
import { z } from 'zod'
import { openControl } from '../base/control-socket.ts'
import { controlPath } from '../base/data-dir.ts'
import { Scope } from '../base/scope.ts'
import { RESTORE_SCREEN } from '../terminal/ansi.ts'
import { OwnKeys } from '../terminal/own-key.ts'
import { understood } from './ask-daemon.ts'
import { type CliIo, EXIT } from './io.ts'

export interface WatchOrder {
  readonly dataDir: string
  readonly id: string
  readonly by: string
  /** Keys go into the session. */
  readonly types: boolean
}

const Stream = z.object({ stream: z.literal(true) })

/**
 * Shows a running session here. Who only watches leaves with `q` or Ctrl-C and rewinds to the start with `r`; who types
 * along does the same after Ctrl-]. Where stdout is no terminal the bytes are written as they come.
 */
export async function watchSession({ dataDir, id, by, types }: WatchOrder, io: CliIo): Promise<number> {
  await using scope = new Scope()
  const opened = await openControl(controlPath(dataDir), { command: 'session.watch', id, by, types }, scope)
  understood(dataDir, opened?.answer, Stream)
  if (!opened) return EXIT.failed
  const { socket } = opened
  const leave = types ? 'Ctrl-] q leaves, Ctrl-] r rewinds to the start' : 'q leaves, r rewinds to the start'
  io.stderr.write(`── ${types ? 'typing along in' : 'watching'} ${id}: ${leave}\r\n`)
  listenToKeys({ socket, types }, io, scope)
  socket.on('data', (bytes: Buffer) => {
    if (!io.stdout.write(bytes)) {
      socket.pause()
      io.stdout.once('drain', () => socket.resume())
    }
  })
  socket.resume()
  await once(socket, 'close')
  if (io.stdout.isTTY) io.stdout.write(RESTORE_SCREEN)
  io.stderr.write(`\r\n── ${id}: the view is over\r\n`)
  return EXIT.ok
}

function listenToKeys(
  { socket, types }: { socket: Socket; types: boolean },
  { stdin }: CliIo,
  scope: Scope,
): void {
  if (!stdin.isTTY || !stdin.setRawMode) return
  const send = (what: object): void => void socket.write(`${JSON.stringify(what)}\n`)
  const own = new OwnKeys(types)
  const onData = (bytes: Buffer): void => {
    for (const each of own.split(bytes)) {
      if ('keys' in each) send({ keys: each.keys.toString('base64') })
      else if (each.own === 'q') socket.destroy()
      else if (each.own === 'r') send({ rewind: true })
    }
  }
  stdin.setRawMode(true)
  stdin.on('data', onData)
  stdin.resume()
  scope.defer(() => {
    stdin.off('data', onData)
    stdin.pause()
    stdin.setRawMode?.(false)
  })
}
