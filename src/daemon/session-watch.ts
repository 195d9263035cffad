import type { Socket } from 'node:net'
import { z } from 'zod'
import type { Clock } from '../base/clock.ts'
import type { ControlAnswer } from '../base/control-socket.ts'
import { GuestKeys } from '../session/guest-keys.ts'
import { View } from '../session/view.ts'
import { asked } from './control.ts'
import { type SessionControlParts, theSession } from './the-session.ts'

const Watch = z.object({ id: z.string().max(64), by: z.string().max(200), types: z.boolean() })

/** A line of what the onlooker sends. */
const Sent = z.union([z.object({ keys: z.base64() }), z.object({ rewind: z.literal(true) })])

/** A line longer than this is nonsense. */
const LONGEST_LINE = 1 << 20

/**
 * `session.watch`: the bytes of a session's screen, from the screen as it is now to its end. Up come lines of JSON:
 * `{"keys":BASE64}` (with `types`) and `{"rewind":true}`.
 */
export function watchSession(parts: SessionControlParts, request: unknown): ControlAnswer {
  const { id, by, types } = asked(Watch, request)
  const session = theSession(parts.registry, id)
  const { announced, clock, log } = parts
  return {
    kind: 'stream',
    run: async (socket) => {
      const gone = new AbortController()
      socket.once('close', () => gone.abort())
      const options = { live: session.live, name: by, types, announced, sink: socket, clock }
      const end = await View.show(options, (view) => hear({ socket, view, clock }), gone.signal)
      log.info({ session: session.id, by, end }, 'a session is watched no more')
    },
  }
}

function hear({ socket, view, clock }: { socket: Socket; view: View; clock: Clock }): void {
  let text = ''
  const keys = new GuestKeys(clock, (bytes) => view.type(bytes))
  socket.once('close', () => keys[Symbol.dispose]())
  socket.setEncoding('utf8')
  socket.on('data', (chunk: string) => {
    const lines = (text + chunk).split('\n')
    text = lines.pop() ?? ''
    if (text.length > LONGEST_LINE) socket.destroy()
    for (const line of lines) obey(line, { view, keys })
  })
  socket.resume()
}

function obey(line: string, { view, keys }: { view: View; keys: GuestKeys }): void {
  const sent = Sent.safeParse(parsed(line))
  if (!sent.success) return
  if ('rewind' in sent.data) view.rewind()
  else keys.push(Buffer.from(sent.data.keys, 'base64'))
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
