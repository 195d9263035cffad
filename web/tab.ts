import { h } from './dom.ts'
import type { Link } from './link.ts'
import type { RoomClient, RoomEvents } from './room.ts'
import { Screen } from './screen.ts'
import { text } from './texts.ts'

/** What is opened: enough to open it again, and to come back to it after a reload. */
/** Somebody's session that is looked at: by its id, or by the code of an invitation. */
export interface See {
  readonly session?: string
  readonly code?: string
  readonly types?: boolean
}

export interface Goal {
  readonly asset: string
  readonly name: string
  readonly account: string
  readonly accountName: string
  readonly see?: See
}

const encoder = new TextEncoder()

/** One tab: a screen, and the session it shows. */
export class Tab {
  readonly goal: Goal
  readonly panel: HTMLElement
  readonly screen: Screen
  /** Called when something that is shown of the tab has changed. */
  onChange: () => void = () => undefined
  /** What else gets the keys that are typed here. */
  onTyped: (bytes: Uint8Array) => void = () => undefined
  title: string
  bell = false
  state: 'opening' | 'live' | 'over' = 'opening'
  readonly #link: Link
  readonly #notice = h('p', { class: 'notice', role: 'status' })
  #room: RoomClient | undefined

  constructor(goal: Goal, link: Link, place: HTMLElement) {
    this.goal = goal
    this.#link = link
    this.title = goal.name
    const view = h('div', { class: 'screen' })
    this.panel = h('section', { class: 'tab', role: 'tabpanel', 'aria-label': goal.name }, view, this.#notice)
    place.append(this.panel)
    this.#notice.hidden = true
    this.screen = new Screen(view)
    this.#listen()
  }

  get roomId(): string | undefined {
    return this.#room?.id
  }

  open(): Promise<void> {
    const { see } = this.goal
    if (see) return this.#enter(this.#link.watch(see, this.#events()))
    return this.#enter(this.#link.open(this.goal.asset, this.goal.account, this.#events()))
  }

  resume(room: string): Promise<void> {
    return this.#enter(this.#link.resume(room, this.#events()))
  }

  type(bytes: Uint8Array): void {
    if (this.state === 'live') this.#room?.type(bytes)
  }

  show(shown: boolean): void {
    this.panel.hidden = !shown
    if (!shown) return
    this.bell = false
    this.screen.refit()
    this.screen.terminal.focus()
  }

  close(): void {
    this.#room?.close()
    this.screen.dispose()
    this.panel.remove()
  }

  #listen(): void {
    const { terminal } = this.screen
    terminal.onData((data) => this.#typed(encoder.encode(data)))
    // Mouse reports may hold bytes that are no characters.
    terminal.onBinary((data) => this.#typed(Uint8Array.from(data, (unit) => unit.charCodeAt(0) & 255)))
    terminal.onResize(({ cols, rows }) => {
      this.#room?.resize({ columns: cols, rows })
      this.onChange()
    })
    terminal.onTitleChange((title) => {
      this.title = title.replace(/[\p{Cc}\p{Cf}]/gu, '').slice(0, 80) || this.goal.name
      this.onChange()
    })
    terminal.onBell(() => {
      this.bell = this.panel.hidden === true
      this.onChange()
    })
  }

  #typed(bytes: Uint8Array): void {
    this.type(bytes)
    this.onTyped(bytes)
  }

  async #enter(entering: Promise<RoomClient | string>): Promise<void> {
    this.#notice.hidden = true
    const room = await entering
    if (typeof room === 'string') return this.#end('over', room)
    this.#room = room
    if (this.state === 'opening') this.state = 'live'
    this.onChange()
  }

  #events(): RoomEvents {
    const { terminal } = this.screen
    return {
      size: () => this.screen.size,
      draw: (bytes, drawn) => terminal.write(bytes, drawn),
      restart: (screen) => {
        terminal.reset()
        terminal.write(screen)
      },
      end: (why, reason) => this.#end(why, reason),
    }
  }

  #end(why: 'over' | 'replaced', reason: string | undefined): void {
    this.state = 'over'
    const again = h('button', { onclick: () => this.#again() }, text('again'))
    this.#notice.replaceChildren(h('span', {}, reason ?? text(why)), again)
    this.#notice.hidden = false
    this.onChange()
  }

  #again(): void {
    this.state = 'opening'
    this.screen.terminal.reset()
    this.screen.terminal.focus()
    void this.open()
  }
}
