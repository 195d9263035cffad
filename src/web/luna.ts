import { randomUUID } from 'node:crypto'
import type { Socket } from 'socket.io'
import type { z } from 'zod'
import type { Clock } from '../base/clock.ts'
import { isFault } from '../base/fault.ts'
import type { AppService } from '../core/app-service.ts'
import type { Target } from '../core/model.ts'
import { sayFault } from '../i18n/i18n.ts'
import { type Log, withLogContext } from '../log.ts'
import type { Principal } from '../session/principal.ts'
import type { SessionService } from '../session/session.ts'
import { type Size, saneSize } from '../terminal/terminal.ts'
import { type Guest, MOST_ROOMS } from './guest.ts'
import { Data, Host, Logout, Resize, sizeOf, Token } from './luna-events.ts'
import { LunaRoom } from './luna-room.ts'
import { findTarget, nobody, tooMany, tooManyTabs } from './targets.ts'
import { WebError } from './web-error.ts'

export interface LunaDeps {
  readonly core: Pick<AppService, 'targetById' | 'connectionToken'>
  readonly sessions: Pick<SessionService, 'open'>
  readonly clock: Clock
  readonly log: Log
}

interface Wish {
  readonly secret: string | undefined
  readonly size: Size
  /** Throws a Fault that says why there is nothing to open. */
  readonly target: (signal: AbortSignal) => Promise<{ principal: Principal; target: Target }>
}

/**
 * One luna page in namespace `/ssh` (docs/luna.md has the protocol): any number of tabs, each a room. It is never
 * disconnected from here, and every refusal is a text in the tab, because luna shows nothing else.
 */
export class Luna {
  readonly #socket: Socket
  readonly #guest: Guest
  readonly #deps: LunaDeps
  readonly #rooms = new Map<string, LunaRoom>()
  #measured: Size | undefined

  constructor(socket: Socket, guest: Guest, deps: LunaDeps) {
    this.#socket = socket
    this.#guest = guest
    this.#deps = deps
    this.#on('resize', Resize, ({ cols, rows }) => this.#resize(saneSize(cols, rows)))
    this.#on('host', Host, (host) => this.#host(host))
    this.#on('token', Token, (token) => this.#token(token))
    this.#on('data', Data, ({ data, room }) => this.#type(room, Buffer.from(data)))
    this.#on('logout', Logout, (room) => this.#leave(room))
    socket.on('disconnect', () => {
      for (const id of [...this.#rooms.keys()]) this.#leave(id)
    })
  }

  /** What is not of the right shape is nothing: luna sends such things in normal operation. */
  #on<S extends z.ZodType>(event: string, schema: S, handle: (payload: z.output<S>) => void): void {
    this.#socket.on(event, (payload: unknown) => {
      const parsed = schema.safeParse(payload)
      if (parsed.success) handle(parsed.data)
    })
  }

  /** Names no room, and means all of them. */
  #resize(size: Size): void {
    this.#measured = size
    for (const { terminal } of this.#rooms.values()) terminal.resized(size)
  }

  #host({ uuid, userid, secret, size }: z.output<typeof Host>): void {
    this.#open({
      secret,
      size: sizeOf(size, this.#measured),
      target: async (signal) => {
        const identity = await this.#guest.identify(signal)
        if (!identity) throw nobody()
        if (this.#guest.tooMany) throw tooMany()
        const { principal } = identity
        const ids = { assetId: uuid, systemUserId: userid }
        return { principal, target: await findTarget(this.#deps.core, principal, ids, signal) }
      },
    })
  }

  #token({ token, secret, size }: z.output<typeof Token>): void {
    this.#open({
      secret,
      size: sizeOf(size, this.#measured),
      target: async (signal) => {
        const { core } = this.#deps
        const link = await core.connectionToken(token, signal)
        if (!link) throw linkOver()
        const { remoteAddr, language, loginId } = this.#guest.visitor
        // For this room only: whoever holds a link is not logged in by it.
        const principal: Principal = { user: link.user, remoteAddr, language, loginId, loginFrom: 'WT' }
        return { principal, target: await findTarget(core, principal, link, signal) }
      },
    })
  }

  #open(wish: Wish): void {
    if (this.#rooms.size >= MOST_ROOMS) {
      this.#refuse(wish)
      return
    }
    const room = this.#room(wish.size)
    // Before the first data: luna drops what comes for a room it has not been told of.
    this.#socket.emit('room', { room: room.id, secret: wish.secret })
    this.#rooms.set(room.id, room)
    const { loginId } = this.#guest.visitor
    void withLogContext({ login: loginId }, () => this.#visit(room, wish)).finally(() => {
      this.#rooms.delete(room.id)
    })
  }

  /** A tab too many costs its sentence and no more. */
  #refuse({ secret }: Wish): void {
    const room = randomUUID()
    const error = tooManyTabs()
    this.#deps.log.info({ err: error }, 'no session for a tab')
    this.#socket.emit('room', { room, secret })
    this.#socket.emit('data', { room, data: `\r\n${sayFault(this.#guest.visitor.language, error)}\r\n` })
    this.#socket.emit('logout', { room })
  }

  #room(size: Size): LunaRoom {
    const { clock } = this.#deps
    return new LunaRoom({
      size,
      emit: (event, payload) => this.#socket.emit(event, payload),
      taken: () => this.#guest.taken(),
      onTaken: (bytes) => this.#guest.budget.release(bytes),
      clock,
    })
  }

  /** Never rejects. */
  async #visit(room: LunaRoom, { target }: Wish): Promise<void> {
    const { terminal } = room
    try {
      const wanted = await target(AbortSignal.any([terminal.gone, this.#guest.gone]))
      await this.#deps.sessions.open({ terminal, ...wanted })
    } catch (error) {
      this.#tell(room, error)
    }
    await room.end()
  }

  #tell({ terminal }: LunaRoom, error: unknown): void {
    const { log } = this.#deps
    if (terminal.gone.aborted) {
      log.debug({ err: error }, 'a tab was closed before its session')
      return
    }
    if (isFault(error)) log.info({ err: error }, 'no session for a tab')
    else log.error({ err: error }, 'no session for a tab')
    terminal.output.write(Buffer.from(`\r\n${sayFault(this.#guest.visitor.language, error)}\r\n`))
  }

  #type(id: string, bytes: Buffer): void {
    const room = this.#rooms.get(id)
    if (!room) return
    if (this.#guest.budget.take(bytes.length)) room.type(bytes)
    else this.#overflow(room)
  }

  #overflow(room: LunaRoom): void {
    this.#tell(room, tooMuch())
    void room.end()
  }

  #leave(id: string): void {
    const room = this.#rooms.get(id)
    this.#rooms.delete(id)
    room?.leave()
  }
}

const linkOver = (): WebError =>
  new WebError('WEB_TOKEN', {
    step: 'read a connection token',
    message: 'core does not know this connection token, or it was used before',
    next: 'ask for a new link: it works once, and for 20 seconds',
  })

const tooMuch = (): WebError =>
  new WebError('WEB_TOO_MUCH', {
    step: 'take what was pasted',
    message: 'a browser sent faster than the asset reads, beyond 32 MB',
    next: 'send the text as a file',
  })
