import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** What one connection may read within one turn of the event loop before the others get theirs. */
const TURN_LIMIT = 64 * 1024
/** Unsent bytes above which a peer that does not read our answers is not read either. */
const UNSENT_LIMIT = 4 * 1024 * 1024
/** One `close` listener for each channel of the connection, and some of our own. */
const LISTENERS = 64

/**
 * Makes a connection share the process: no delay of small packets, and after 64 KiB within one turn the other
 * connections come first (a bulk transfer otherwise makes every keystroke wait for tens of milliseconds). A peer that
 * sends requests and never reads the answers is not read until it does, so they cannot pile up.
 * To be called once, when the SSH library already reads the socket. Ends with the socket.
 */
export function shareFairly(socket: Duplex): void {
  let read = 0
  let paused = false
  if (socket instanceof Socket) socket.setNoDelay(true)
  if (socket.getMaxListeners() !== 0) socket.setMaxListeners(LISTENERS)
  const resume = (): void => {
    read = 0
    paused = false
    socket.resume()
  }
  socket.prependListener('data', (bytes: Buffer) => {
    read += bytes.length
    if (paused || (read < TURN_LIMIT && socket.writableLength <= UNSENT_LIMIT)) return
    paused = true
    socket.pause()
    if (socket.writableLength > UNSENT_LIMIT) socket.once('drain', resume)
    else setImmediate(resume)
  })
}
