import type { Clock } from '../base/clock.ts'
import type { Size } from '../terminal/terminal.ts'
import { PageRoom } from './page-room.ts'
import type { Identity } from './visitor.ts'

export interface PageRoomsParts {
  readonly graceMs: number
  readonly clock: Clock
}

/** The tabs of all own pages, also of those whose page is away at the moment. */
export class PageRooms {
  readonly #parts: PageRoomsParts
  readonly #rooms = new Map<string, PageRoom>()

  constructor(parts: PageRoomsParts) {
    this.#parts = parts
  }

  create(owner: Identity, size: Size): PageRoom {
    const room: PageRoom = new PageRoom({
      ...this.#parts,
      owner,
      size,
      onForgotten: () => this.#rooms.delete(room.id),
    })
    this.#rooms.set(room.id, room)
    return room
  }

  /** A room of this user; somebody else's is none. */
  of({ principal }: Identity, id: string): PageRoom | undefined {
    const room = this.#rooms.get(id)
    return room?.owner.principal.user.id === principal.user.id ? room : undefined
  }

  /** The login has ended: so have its tabs. */
  endLogin(loginKey: string): void {
    for (const room of [...this.#rooms.values()]) if (room.owner.loginKey === loginKey) room.leave()
  }
}
