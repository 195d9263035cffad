import { h } from './dom.ts'
import type { Link } from './link.ts'
import type { Tab } from './tab.ts'
import { text } from './texts.ts'

const MEASURE_MS = 10_000

/** The bar below the terminal, and the thin line above it that says when the connection is lost. */
export class StatusBar {
  readonly element = h('footer', { class: 'status-bar' })
  readonly line = h('p', { class: 'lost', role: 'status' })
  readonly #link: Link
  readonly #said = h('span', { class: 'said', role: 'status' })
  readonly #facts = h('span', {})
  readonly #latency = h('span', {})
  #lostAt: number | undefined

  constructor(link: Link) {
    this.#link = link
    this.element.append(this.#facts, this.#said, this.#latency)
    this.line.hidden = true
    link.onState = (lostAt) => {
      this.#lostAt = lostAt
      this.#count()
    }
    setInterval(() => this.#count(), 1000)
    setInterval(() => void this.#measure(), MEASURE_MS)
    setTimeout(() => void this.#measure(), 1000)
  }

  draw(tab: Tab | undefined, toAll: boolean): void {
    this.#facts.replaceChildren()
    if (!tab) return
    const { columns, rows } = tab.screen.size
    const dot = tab.state === 'live' && h('span', { class: 'recording' }, `● ${text('recorded')}`)
    const all = toAll && h('strong', { class: 'to-all' }, text('typingToAll'))
    this.#facts.replaceChildren(
      ...[`${tab.goal.accountName}@${tab.goal.name}`, `${columns}×${rows}`, 'UTF-8'].map((fact) =>
        h('span', {}, fact),
      ),
      ...[dot, all].filter((each): each is HTMLElement => each !== false),
    )
  }

  /** A sentence that goes by itself. */
  say(sentence: string): void {
    this.#said.textContent = sentence
    setTimeout(() => {
      if (this.#said.textContent === sentence) this.#said.textContent = ''
    }, 8000)
  }

  #count(): void {
    this.line.hidden = this.#lostAt === undefined
    if (this.#lostAt === undefined) return
    const seconds = Math.round((Date.now() - this.#lostAt) / 1000)
    this.line.textContent = text('reconnecting', { seconds })
  }

  async #measure(): Promise<void> {
    if (document.hidden) return
    const ms = await this.#link.latency()
    this.#latency.textContent = ms === undefined ? '' : `${Math.max(1, Math.round(ms))} ms`
  }
}
