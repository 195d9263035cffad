import type { Socket } from 'socket.io'
import type { z } from 'zod'
import { isFault } from '../base/fault.ts'
import type { AppService } from '../core/app-service.ts'
import { sayFault } from '../i18n/i18n.ts'
import { type Log, withLogContext } from '../log.ts'
import type { SessionService } from '../session/session.ts'
import type { Size, Terminal } from '../terminal/terminal.ts'
import { type Guest, MOST_ROOMS } from './guest.ts'
import { malformed } from './malformed.ts'
import { noSession, type OversightParts } from './oversight/oversight.ts'
import { type Answer, Close, Drawn, Open, Resized, Resume, Typed, Watch } from './page-events.ts'
import type { PageRoom, Viewer } from './page-room.ts'
import type { PageRooms } from './page-rooms.ts'
import { findTarget, nobody, tooMany, tooManyTabs } from './targets.ts'
import type { Identity } from './visitor.ts'
import { WebError } from './web-error.ts'

export interface PageDeps {
  readonly core: Pick<AppService, 'targetById'>
  readonly sessions: Pick<SessionService, 'open'>
  readonly rooms: PageRooms
  readonly oversight: Pick<OversightParts, 'guests'>
  readonly log: Log
}

/** One of our own pages in namespace `/page`: opens rooms, comes back to them, and leaves them when it goes. */
export class Page {
  readonly #socket: Socket
  readonly #guest: Guest
  readonly #deps: PageDeps
  readonly #shown = new Map<string, { readonly room: PageRoom; readonly viewer: Viewer }>()
  /** Tabs that are asked for and not shown yet. */
  #opening = 0

  constructor(socket: Socket, guest: Guest, deps: PageDeps) {
    this.#socket = socket
    this.#guest = guest
    this.#deps = deps
    this.#asked('open', Open, (wish) => this.#open(wish))
    this.#asked('watch', Watch, (wish) => this.#another(() => this.#watch(wish)))
    this.#asked('resume', Resume, (wish) => this.#resume(wish))
    this.#told('in', Typed, (shown, { at, bytes }) => shown.room.type(shown.viewer, at, Buffer.from(bytes)))
    this.#told('drawn', Drawn, ({ room, viewer }, { at }) => room.acknowledge(viewer, at))
    this.#told('size', Resized, ({ room, viewer }, size) => room.resize(viewer, size))
    this.#told('close', Close, ({ room }) => room.leave())
    // The page measures how long a key takes to us and back.
    socket.on('echo', (answer: unknown) => {
      if (isReply(answer)) answer()
    })
    socket.on('disconnect', () => {
      for (const { room, viewer } of this.#shown.values()) room.detached(viewer)
    })
  }

  /** Events about a room this page shows; others do not exist for it. */
  #told<S extends z.ZodType<{ room: string }>>(
    event: string,
    schema: S,
    handle: (shown: { room: PageRoom; viewer: Viewer }, payload: z.output<S>) => void,
  ): void {
    this.#socket.on(event, (payload: unknown) => {
      const parsed = schema.safeParse(payload)
      const shown = parsed.success && this.#shown.get(parsed.data.room)
      if (shown) handle(shown, parsed.data)
    })
  }

  #asked<S extends z.ZodType>(
    event: string,
    schema: S,
    handle: (payload: z.output<S>) => Promise<Answer>,
  ): void {
    this.#socket.on(event, (payload: unknown, answer: unknown) => {
      if (!isReply(answer)) return
      const parsed = schema.safeParse(payload)
      const { loginId } = this.#guest.visitor
      void withLogContext({ login: loginId }, () =>
        (parsed.success ? handle(parsed.data) : Promise.reject(malformed())).then(
          (value) => answer(value),
          (error: unknown) => answer(this.#refusal(error)),
        ),
      )
    })
  }

  async #identity(): Promise<Identity> {
    const identity = await this.#guest.identify(this.#guest.gone)
    if (!identity) throw nobody()
    return identity
  }

  #open(wish: z.output<typeof Open>): Promise<Answer> {
    return this.#another(() => this.#opened(wish))
  }

  async #another(open: () => Promise<Answer>): Promise<Answer> {
    if (this.#shown.size + this.#opening >= MOST_ROOMS) throw tooManyTabs()
    this.#opening += 1
    try {
      return await open()
    } finally {
      this.#opening -= 1
    }
  }

  async #opened({ asset, account, ...size }: z.output<typeof Open>): Promise<Answer> {
    const identity = await this.#identity()
    if (this.#guest.tooMany) throw tooMany()
    const { principal } = identity
    const ids = { assetId: asset, systemUserId: account }
    const target = await findTarget(this.#deps.core, principal, ids, this.#guest.gone)
    return await this.#begin({ identity, size }, (terminal) =>
      this.#deps.sessions.open({ terminal, principal, target }),
    )
  }

  /** A tab on somebody's session is a tab like others, also where its page is loaded anew. */
  async #watch({ session: wanted, code, types, ...size }: z.output<typeof Watch>): Promise<Answer> {
    const identity = await this.#identity()
    if (this.#guest.tooMany) throw tooMany()
    const { principal } = identity
    const { guests } = this.#deps.oversight
    const never = new AbortController().signal
    if (code !== undefined)
      return await this.#begin({ identity, size }, (terminal) =>
        guests.byCode(code, { terminal, principal }, never),
      )
    const session = guests.visibleTo(principal.user).find(({ id }) => id === wanted)
    if (!session || (types && !guests.mayType(principal.user, session))) throw noSession()
    return await this.#begin({ identity, size }, (terminal) =>
      guests.show(session, { terminal, principal, types }, never),
    )
  }

  async #begin(
    { identity, size }: { identity: Identity; size: Size },
    run: (terminal: Terminal) => Promise<unknown>,
  ): Promise<Answer> {
    const room = this.#deps.rooms.create(identity, size)
    const answer = await this.#show(room, 0)
    void run(room.terminal)
      .catch((error: unknown) => this.#tell(room, error))
      .then(() => room.end())
    return answer
  }

  async #resume({ room: id, received, ...size }: z.output<typeof Resume>): Promise<Answer> {
    const room = this.#deps.rooms.of(await this.#identity(), id)
    if (!room) throw roomGone()
    return await this.#show(room, received, size)
  }

  async #show(
    room: PageRoom,
    received: number | undefined,
    size?: { columns: number; rows: number },
  ): Promise<Answer> {
    const viewer = this.#viewer(room.id)
    this.#shown.set(room.id, { room, viewer })
    // Before the screen is taken, which is of the page's size then.
    const attached = room.attach(viewer, received)
    if (size) room.resize(viewer, size)
    const resumed = await attached
    if (!resumed) throw roomGone()
    if (this.#socket.disconnected) room.detached(viewer)
    return { ok: true, room: room.id, ...resumed }
  }

  #viewer(room: string): Viewer {
    const forget = (viewer: Viewer): void => {
      if (this.#shown.get(room)?.viewer === viewer) this.#shown.delete(room)
    }
    const viewer: Viewer = {
      output: (at, bytes) => void this.#socket.emit('out', { room, at, bytes }),
      inputTaken: (at) => void this.#socket.emit('taken', { room, at }),
      over: () => {
        forget(viewer)
        this.#socket.emit('over', { room })
      },
      replaced: () => {
        forget(viewer)
        this.#socket.emit('replaced', { room })
      },
    }
    return viewer
  }

  #tell({ terminal, owner }: PageRoom, error: unknown): void {
    this.#log(error)
    if (!terminal.gone.aborted)
      terminal.output.write(Buffer.from(`${sayFault(owner.principal.language, error)}\r\n`))
  }

  #refusal(error: unknown): Answer {
    this.#log(error)
    return { ok: false, text: sayFault(this.#guest.visitor.language, error) }
  }

  #log(error: unknown): void {
    const { log } = this.#deps
    if (isFault(error)) log.info({ err: error }, 'no session for a tab')
    else log.error({ err: error }, 'no session for a tab')
  }
}

/** What socket.io hands over for an acknowledgement. */
const isReply = (value: unknown): value is (answer?: Answer) => void => typeof value === 'function'

const roomGone = (): WebError =>
  new WebError('WEB_ROOM', {
    step: 'come back to a tab',
    message: 'the session of this tab has ended, or another page shows it',
    next: 'open the asset again',
  })
