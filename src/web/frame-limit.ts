import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'

/** Of somebody who is not known yet. */
export const SMALL_FRAME = 100_000
/** A paste comes as one frame, whatever its size. */
export const LARGE_FRAME = 32 * 1024 * 1024

/**
 * Sets the longest message this websocket takes from now on. socket.io has one limit for everybody, and `ws` one for a
 * server; the receiver reads its own for each frame. Throws when the library has changed: a test asks for that.
 */
export function limitFrames(websocket: WebSocket, bytes: number): void {
  const receiver: unknown = Reflect.get(websocket, '_receiver')
  if (typeof receiver !== 'object' || receiver === null || !('_maxPayload' in receiver)) {
    throw new TypeError('ws has no receiver with a limit: look at limitFrames')
  }
  receiver._maxPayload = bytes
}

/** For Engine.IO's `wsEngine`: shows every new websocket before its first frame is read. */
export function websocketsShownTo(onOpen: (websocket: WebSocket, request: IncomingMessage) => void) {
  return class extends WebSocketServer {
    override handleUpgrade(
      request: IncomingMessage,
      socket: Duplex,
      head: Buffer,
      opened: (client: WebSocket, request: IncomingMessage) => void,
    ): void {
      super.handleUpgrade(request, socket, head, (websocket, from) => {
        onOpen(websocket, request)
        opened(websocket, from)
      })
    }
  }
}
