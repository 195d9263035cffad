import http from 'node:http'
import https from 'node:https'
import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { rootCertificates } from 'node:tls'
import type { Clock } from '../base/clock.ts'

export interface AgentOptions {
  clock: Clock
  /** From the first packet to the end of the TLS handshake. */
  connectMs: number
  /** PEM of the authority that signed core's certificate, beside the built-in ones. TLS is always verified. */
  ca?: string | undefined
  /** Reuse connections. `false` for what must not be sent twice: an idle connection may be dead without our knowing. */
  keepAlive: boolean
}

export interface Agents extends Disposable {
  readonly httpAgent: http.Agent
  readonly httpsAgent: https.Agent
}

/** The two agents axios takes, with a limit on connecting. */
export function createAgents({ clock, connectMs, ca, keepAlive }: AgentOptions): Agents {
  const httpAgent = new http.Agent({ keepAlive, maxFreeSockets: 16 })
  const httpsAgent = new https.Agent({ keepAlive, maxFreeSockets: 16, ...trusting(ca) })
  limitConnect(httpAgent, 'connect', { clock, connectMs })
  limitConnect(httpsAgent, 'secureConnect', { clock, connectMs })
  return {
    httpAgent,
    httpsAgent,
    [Symbol.dispose]: () => {
      httpAgent.destroy()
      httpsAgent.destroy()
    },
  }
}

/** `ca` alone would take the place of the built-in authorities. */
const trusting = (ca: string | undefined): { ca?: string[] } =>
  ca === undefined ? {} : { ca: [...rootCertificates, ca] }

type Connected = 'connect' | 'secureConnect'

function limitConnect(
  agent: http.Agent,
  connected: Connected,
  limit: { clock: Clock; connectMs: number },
): void {
  const connect = agent.createConnection.bind(agent)
  agent.createConnection = (options, callback) => {
    const socket = connect(options, callback)
    if (socket instanceof Duplex) guard(socket, connected, limit)
    return socket
  }
}

function guard(
  socket: Duplex | Socket,
  connected: Connected,
  { clock, connectMs }: { clock: Clock; connectMs: number },
): void {
  const timer = clock.after(connectMs, () =>
    socket.destroy(new Error(`not connected within ${connectMs / 1000} s`)),
  )
  const stop = (): void => timer[Symbol.dispose]()
  socket.once(connected, stop)
  socket.once('close', stop)
}
