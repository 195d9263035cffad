import type { Readable, Writable } from 'node:stream'
import type { AssetChannel } from '../asset/connection.ts'
import { flow } from './flow.ts'
import type { Throttle } from './throttle.ts'

/** The person's end of a forwarded connection. */
export interface Peer {
  readonly input: Readable
  readonly output: Writable
  /** Nothing more will be sent to the person, who may still send (RFC 4254 section 5.3). */
  halfEnd(): void
  /** After all is sent. */
  end(): void
  /** Fires when the person's end is gone. */
  readonly gone: AbortSignal
}

/** Bytes so far, seen by the person. */
export interface Traffic {
  sent: number
  received: number
}

/** What slows each direction down; undefined: nothing does. */
export interface Pace {
  readonly sent: Throttle | undefined
  readonly received: Throttle | undefined
}

/**
 * Joins both ends of a forwarded TCP connection, each direction ending for itself, until both have ended or one end is
 * gone. Bytes are passed as they are, with back-pressure, and counted.
 */
export async function splice(
  peer: Peer,
  asset: AssetChannel,
  { traffic, pace }: { traffic: Traffic; pace: Pace },
): Promise<void> {
  const count = (way: keyof Traffic) => (bytes: Buffer) => {
    traffic[way] += bytes.length
    return true
  }
  const out = flow({ source: peer.input, sink: asset.input, tap: count('sent'), throttle: pace.sent })
  const back = flow({
    source: asset.output,
    sink: peer.output,
    tap: count('received'),
    throttle: pace.received,
  })
  asset.errors.resume() // there is none in TCP; unread it would hold up the window
  const gone = new Promise<void>((resolve) => {
    if (peer.gone.aborted) resolve()
    else peer.gone.addEventListener('abort', () => resolve(), { once: true })
  })
  const sent = out.drained().then(() => asset.input.end())
  const received = back.drained().then(() => peer.halfEnd())
  const lost = asset.closed.then(() => received)
  try {
    await Promise.race([Promise.all([sent, received]), lost, gone])
  } finally {
    out.stop()
    back.stop()
    peer.end()
    asset.close()
    peer.input.resume() // what still comes is nobody's, and must not keep the channel open
  }
}
