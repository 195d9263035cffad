import { io, type Socket } from 'socket.io-client'
import { RoomClient, type RoomEvents } from './room.ts'
import type { See } from './tab.ts'
import { text } from './texts.ts'

/** Longer than a connection to an asset may take to be refused. */
const ANSWER_MS = 60_000

export type Opened =
  | {
      readonly ok: true
      readonly room: string
      readonly at: number
      readonly screen?: string
      readonly input: number
    }
  | { readonly ok: false; readonly text: string }

type Place = { readonly room: string; readonly at: number }

/** What comes from the bastion in namespace `/page`. */
interface Incoming {
  out(event: Place & { readonly bytes: ArrayBuffer }): void
  taken(event: Place): void
  over(event: { readonly room: string }): void
  replaced(event: { readonly room: string }): void
}

interface Outgoing {
  open(wish: object, answer: (answer: Opened) => void): void
  resume(wish: object, answer: (answer: Opened) => void): void
  watch(wish: object, answer: (answer: Opened) => void): void
  echo(answer: () => void): void
  in(event: object): void
  drawn(event: object): void
  size(event: object): void
  close(event: object): void
}

/** The page's one connection to the bastion, and the rooms behind its tabs. */
export class Link {
  readonly #socket: Socket<Incoming, Outgoing>
  readonly #rooms = new Map<string, RoomClient>()
  /** Called when the connection is lost (with the time) and when it is back. */
  onState: (lostAt: number | undefined) => void = () => undefined

  constructor() {
    this.#socket = io('/page', {
      path: document.documentElement.dataset['sockets'] ?? '/socket.io/',
      transports: ['websocket', 'polling'],
      tryAllTransports: true,
      reconnectionDelay: 500,
      reconnectionDelayMax: 4000,
    })
    this.#socket.on('connect', () => this.#back())
    this.#socket.on('disconnect', () => this.#lost())
    this.#socket.on('connect_error', (error) => {
      // Nobody is logged in any more: the page begins again, and asks.
      if (error.message === 'nobody') location.reload()
    })
    this.#socket.on('out', ({ room, at, bytes }) => this.#rooms.get(room)?.output(at, new Uint8Array(bytes)))
    this.#socket.on('taken', ({ room, at }) => this.#rooms.get(room)?.taken(at))
    this.#socket.on('over', ({ room }) => this.#end(room, 'over'))
    this.#socket.on('replaced', ({ room }) => this.#end(room, 'replaced'))
    // A computer that wakes up need not wait for the timer.
    addEventListener('online', () => this.#socket.connect())
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden && !this.#socket.connected) this.#socket.connect()
    })
  }

  open(asset: string, account: string, events: RoomEvents): Promise<RoomClient | string> {
    return this.#enter('open', { asset, account, ...events.size() }, events)
  }

  /** Somebody's session: watched, joined, or come to with a code. */
  watch(see: See, events: RoomEvents): Promise<RoomClient | string> {
    return this.#enter('watch', { ...see, ...events.size() }, events)
  }

  /** A room this page has shown before it was loaded anew. */
  resume(room: string, events: RoomEvents): Promise<RoomClient | string> {
    return this.#enter('resume', { room, ...events.size() }, events)
  }

  /** ms to the bastion and back; undefined: no answer within 5 s. */
  async latency(): Promise<number | undefined> {
    if (!this.#socket.connected) return undefined
    const began = performance.now()
    try {
      await this.#socket.timeout(5000).emitWithAck('echo')
      return performance.now() - began
    } catch {
      return undefined
    }
  }

  /** In the very turn of the answer: the room's first bytes may come right behind it. */
  #enter(event: 'open' | 'watch' | 'resume', wish: object, events: RoomEvents): Promise<RoomClient | string> {
    return new Promise((resolve) => {
      this.#ask(event, wish, (answer) => resolve(answer.ok ? this.#entered(answer, events) : answer.text))
    })
  }

  #entered(answer: Opened & { ok: true }, events: RoomEvents): RoomClient {
    const room = new RoomClient(answer.room, events, (event, payload) => {
      // What is sent while there is no connection would come again after it, beside what `resume` arranges.
      if (this.#socket.connected) this.#socket.emit(event, { room: answer.room, ...payload })
      if (event === 'close') this.#rooms.delete(answer.room)
    })
    this.#rooms.set(room.id, room)
    room.resumed(answer)
    return room
  }

  #ask(event: 'open' | 'watch' | 'resume', wish: object, then: (answer: Opened) => void): void {
    this.#socket.timeout(ANSWER_MS).emit(event, wish, (lost: Error | null, answer: Opened) => {
      then(lost ? { ok: false, text: text('away') } : answer)
    })
  }

  #back(): void {
    this.onState(undefined)
    for (const room of this.#rooms.values()) {
      this.#ask('resume', { room: room.id, received: room.received, ...room.size() }, (answer) => {
        if (answer.ok) room.resumed(answer)
        // Without a connection there is no answer either, and the next one asks again.
        else if (this.#socket.connected) this.#end(room.id, 'over', answer.text)
      })
    }
  }

  #lost(): void {
    this.onState(Date.now())
    for (const room of this.#rooms.values()) room.away()
  }

  #end(id: string, why: 'over' | 'replaced', reason?: string): void {
    this.#rooms.get(id)?.end(why, reason)
    this.#rooms.delete(id)
  }
}
