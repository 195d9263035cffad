import type { IncomingConnection, Listening } from '../asset/connection.ts'
import type { Endpoint } from '../asset/destination.ts'
import { isFault } from '../base/fault.ts'
import { type Language, say, sayFault } from '../i18n/i18n.ts'
import type { Log } from '../log.ts'
import type { Peer } from '../session/splice.ts'
import type { Forwarded } from '../session/tunnel.ts'
import { writeFairly } from '../ssh2/fair-writer.ts'
import type { Connection, ServerChannel } from '../ssh2/library.ts'
import { OPEN_FAILURE, refuseOpen } from '../ssh2/open-failure.ts'
import { sendDebug } from '../ssh2/server-messages.ts'

/** What one login may forward; asked at each connection. Rejects with a Fault whose sentence the person reads. */
export interface Forwarder {
  forward(to: Endpoint, from: Endpoint): Promise<Forwarded>
  listen(
    at: Endpoint,
    onConnection: (incoming: IncomingConnection, accept: () => Forwarded) => void,
  ): Promise<Listening>
}

export interface ForwardsParts {
  readonly client: Connection
  /** Undefined before the login, and where nothing is ever forwarded. */
  readonly forwarder: () => Forwarder | undefined
  readonly language: () => Language
  /** Forwarded connections at a time. */
  readonly most: number
  readonly log: Log
  /** Runs in the context of the login's log lines. */
  readonly inContext: (task: () => void) => void
}

/** Ports of an asset that listen for one connection. */
const MOST_LISTENING = 20

type Reject = () => void

/**
 * Forwarding as one SSH connection asks for it (RFC 4254 section 7). What is refused is refused at the open, with the
 * reason. Forwarding of Unix sockets is refused always; of agents and X11 too, as nobody listens for those requests.
 */
export class Forwards {
  readonly #parts: ForwardsParts
  readonly #listening = new Map<string, Listening | undefined>()
  #count = 0

  constructor(parts: ForwardsParts) {
    this.#parts = parts
    const { client, inContext } = parts
    client.on('tcpip', (accept, reject, { destIP, destPort, srcIP, srcPort }) => {
      const to = { host: destIP, port: destPort }
      inContext(() => void this.#forward({ accept, reject, to, from: { host: srcIP, port: srcPort } }))
    })
    client.on('openssh.streamlocal', (_accept, reject) => this.#refuse(reject, this.#say('forward.never')))
    client.on('request', (accept, reject, name, info) => {
      inContext(() => void this.#request({ accept, reject, name, info }))
    })
  }

  async #forward({ accept, reject, to, from }: Opening): Promise<void> {
    const { log, most } = this.#parts
    const forwarder = this.#parts.forwarder()
    if (!forwarder) return this.#refuse(reject, this.#say('forward.never'))
    if (this.#count >= most) {
      log.info({ most }, 'a forwarded connection too many was refused')
      return this.#refuse(reject, this.#say('forward.tooMany', most), OPEN_FAILURE.resourceShortage)
    }
    this.#count += 1
    try {
      const forwarded = await forwarder.forward(to, from)
      const channel = accept()
      if (channel) await forwarded.join(this.#peer(channel))
      else forwarded.asset.close()
    } catch (error) {
      this.#logRefusal(error, to)
      const failed = isFault(error) && error.code === 'ASSET_FORWARD'
      this.#refuse(
        reject,
        this.#sayFault(error),
        failed ? OPEN_FAILURE.connectFailed : OPEN_FAILURE.prohibited,
      )
    } finally {
      this.#count -= 1
    }
  }

  async #request({ accept, reject, name, info }: GlobalRequest): Promise<void> {
    if (name === 'tcpip-forward') return await this.#listen(placeIn(info), accept, reject)
    if (name === 'cancel-tcpip-forward') return await this.#cancel(placeIn(info), accept, reject)
    reject?.()
  }

  async #listen(
    at: Endpoint,
    accept: ((port?: number) => void) | undefined,
    reject: Reject | undefined,
  ): Promise<void> {
    const forwarder = this.#parts.forwarder()
    try {
      if (!forwarder || this.#listening.size >= MOST_LISTENING || this.#listening.has(keyOf(at))) {
        sendDebug(this.#parts.client, this.#say('forward.never'))
        return reject?.()
      }
      this.#listening.set(keyOf(at), undefined)
      const listening = await forwarder.listen(at, (incoming, open) => this.#incoming(at, incoming, open))
      this.#listening.delete(keyOf(at))
      this.#listening.set(keyOf({ ...at, port: listening.port }), listening)
      accept?.(listening.port)
    } catch (error) {
      this.#listening.delete(keyOf(at))
      this.#logRefusal(error, at)
      // A refused request carries no text (RFC 4254 section 4): verbose clients show this one.
      sendDebug(this.#parts.client, this.#sayFault(error))
      reject?.()
    }
  }

  async #cancel(at: Endpoint, accept: (() => void) | undefined, reject: Reject | undefined): Promise<void> {
    const listening = this.#listening.get(keyOf(at))
    if (!listening) return reject?.()
    this.#listening.delete(keyOf(at))
    await listening[Symbol.asyncDispose]()
    accept?.()
  }

  #incoming(at: Endpoint, incoming: IncomingConnection, open: () => Forwarded): void {
    if (this.#count >= this.#parts.most) {
      incoming.reject()
      return
    }
    this.#count += 1
    const { host, port } = incoming.from
    this.#parts.client.forwardOut(at.host, at.port, host, port, (error, channel) => {
      const joined = error ? Promise.resolve(incoming.reject()) : open().join(this.#peer(channel))
      joined
        .catch((err: unknown) => this.#parts.log.error({ err }, 'a forwarded connection failed'))
        .finally(() => {
          this.#count -= 1
        })
    })
  }

  /** To be called in the very turn the channel was made. */
  #peer(channel: ServerChannel): Peer {
    const onError = (error: unknown): void => this.#parts.log.debug({ err: error }, 'channel error')
    channel.on('error', onError)
    channel.stderr.on('error', onError)
    return {
      input: channel,
      output: channel,
      halfEnd: () => channel.eof(),
      end: () => channel.end(),
      gone: writeFairly(channel),
    }
  }

  #refuse(reject: Reject, text: string, reason: number = OPEN_FAILURE.prohibited): void {
    refuseOpen(this.#parts.client, reject, { reason, text })
  }

  #logRefusal(error: unknown, { host, port }: Endpoint): void {
    const { log } = this.#parts
    if (isFault(error)) log.info({ err: error, host, port }, 'forwarding refused')
    else log.error({ err: error, host, port }, 'forwarding failed')
  }

  #say(key: 'forward.never' | 'forward.tooMany', most = 0): string {
    return say(this.#parts.language(), key, { most })
  }

  #sayFault(error: unknown): string {
    return sayFault(this.#parts.language(), error)
  }
}

interface Opening {
  readonly accept: () => ServerChannel | undefined
  readonly reject: Reject
  readonly to: Endpoint
  readonly from: Endpoint
}

interface GlobalRequest {
  readonly accept: ((port?: number) => void) | undefined
  readonly reject: Reject | undefined
  readonly name: string
  readonly info: unknown
}

function placeIn(info: unknown): Endpoint {
  const read = (name: string): unknown =>
    typeof info === 'object' && info !== null ? Reflect.get(info, name) : ''
  return { host: String(read('bindAddr')), port: Number(read('bindPort')) }
}

const keyOf = ({ host, port }: Endpoint): string => `${host}:${port}`
