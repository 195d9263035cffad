import { type ChannelInternals, channelInternals } from './internals.ts'

/** Unsent bytes of a connection above which its channels wait, whatever window the peer gave. */
const UNSENT_LIMIT = 1024 * 1024
/** Packets of a channel after which the other connections come first: a peer may ask for packets of a single byte. */
const TURN_PACKETS = 64
/** RFC 4254 section 5.2. */
const SSH_EXTENDED_DATA_STDERR = 1

interface Entry {
  readonly bytes: Buffer
  readonly extended: boolean
  sent: number
  readonly done: (error?: Error | null) => void
}

/**
 * Makes writes to a channel of ssh2 correct; to be called once, before the first write. By itself the library
 * - ignores TCP: a peer with a huge window that stops reading makes us buffer without bound,
 * - resumes only one of standard output and standard error after the window was closed, and repeats data then,
 * - never calls back a write to a channel that was closed.
 * Here both streams share one queue in order of arrival, and it moves only as far as window and socket allow.
 * What is written after the end is dropped without an error.
 * @returns a signal that fires as soon as nothing more can be sent: the channel or its connection was closed by
 * either side. (The stream's own `close` comes only after everything received was read.)
 */
export function writeFairly(channel: object): AbortSignal {
  return new FairWriter(channelInternals(channel)).closed
}

class FairWriter {
  readonly #channel: ChannelInternals
  readonly #queue: Entry[] = []
  readonly #closed = new AbortController()
  #pumping = false
  #waiting = false
  #packets = 0

  constructor(channel: ChannelInternals) {
    this.#channel = channel
    channel._write = (bytes, _encoding, done) => this.#add({ bytes, extended: false, sent: 0, done })
    if (channel.server) {
      channel.stderr._write = (bytes, _encoding, done) => this.#add({ bytes, extended: true, sent: 0, done })
    }
    this.#watchClosing()
  }

  get closed(): AbortSignal {
    return this.#closed.signal
  }

  /** The library calls `close()` itself when the peer closed the channel; a dead connection shows on its socket. */
  #watchClosing(): void {
    const channel = this.#channel
    const socket = channel._client._sock
    const close = channel.close.bind(channel)
    const release = (): void => {
      socket.off('close', release)
      this.#closed.abort()
      this.#pump()
    }
    channel.close = () => {
      close()
      release()
    }
    if (socket.destroyed) release()
    else socket.once('close', release)
  }

  #add(entry: Entry): void {
    this.#queue.push(entry)
    if (this.#queue.length === 1) this.#pump()
  }

  readonly #resume = (): void => {
    this.#waiting = false
    this.#pump()
  }

  #pump(): void {
    if (this.#pumping) return
    this.#pumping = true
    this.#channel._waitWindow = false
    this.#channel._chunkcb = undefined
    for (let entry = this.#queue[0]; entry && this.#send(entry); entry = this.#queue[0]) {
      this.#queue.shift()
      entry.done()
    }
    this.#pumping = false
  }

  /** Sends what may be sent of an entry; true when all of it went. */
  #send(entry: Entry): boolean {
    if (this.#closed.signal.aborted || this.#channel.outgoing.state !== 'open') return this.#dropAll()
    while (entry.sent < entry.bytes.length) {
      if (this.#waitForConnection() || this.#waitForTurn()) return false
      const { window, packetSize } = this.#channel.outgoing
      const size = Math.min(entry.bytes.length - entry.sent, window, packetSize)
      if (size <= 0) return this.#waitForWindow()
      this.#sendPacket(entry, size)
    }
    return true
  }

  #sendPacket(entry: Entry, size: number): void {
    const { outgoing, _client } = this.#channel
    const part = entry.bytes.subarray(entry.sent, entry.sent + size)
    entry.sent += size
    outgoing.window -= size
    this.#packets += 1
    if (entry.extended) _client._protocol.channelExtData(outgoing.id, part, SSH_EXTENDED_DATA_STDERR)
    else _client._protocol.channelData(outgoing.id, part)
  }

  /** The socket is full, or keys are being exchanged (packets would pile up in memory meanwhile). */
  #waitForConnection(): boolean {
    const connection = this.#channel._client
    const exchanging = connection._protocol._kexinit !== undefined
    if (!exchanging && connection._sock.writableLength <= UNSENT_LIMIT) return false
    if (!this.#waiting) {
      this.#waiting = true
      if (exchanging) connection.once('handshake', this.#resume)
      else connection._sock.once('drain', this.#resume)
    }
    return true
  }

  #waitForTurn(): boolean {
    if (this.#packets < TURN_PACKETS) return false
    if (!this.#waiting) {
      this.#waiting = true
      setImmediate(() => {
        this.#packets = 0
        this.#resume()
      })
    }
    return true
  }

  #waitForWindow(): false {
    this.#channel._chunk = undefined
    this.#channel._chunkErr = undefined
    this.#channel._chunkcb = () => this.#pump()
    this.#channel._waitWindow = true
    return false
  }

  /** No error: it would make the stream drop what was received and is still unread. `closed` has told already. */
  #dropAll(): false {
    for (let entry = this.#queue.shift(); entry; entry = this.#queue.shift()) entry.done()
    return false
  }
}
