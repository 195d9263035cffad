import { call } from './api.ts'
import { h } from './dom.ts'
import { text } from './texts.ts'
import { dateText, durationText } from './times.ts'

interface Row {
  readonly id: string
  readonly shortId: string
  readonly user: string
  readonly asset: string
  readonly account: string
  readonly kind: string
  readonly startedAt: number
  readonly endedAt: number | null
  readonly commands: number
  readonly match: string | null
}

interface Command {
  readonly seconds: number
  readonly input: string
  readonly confidence: string
  readonly pasted: boolean
  readonly verdict: string | null
}

interface Player {
  seek(seconds: number): Promise<unknown>
  play(): Promise<unknown>
  dispose(): void
}

const SEARCH_AFTER_MS = 300

/** The sessions on record: a list to search in, and a player with the commands beside it. */
export class Records {
  readonly element: HTMLElement
  readonly #search = h('input', {
    type: 'search',
    placeholder: text('searchRecords'),
    'aria-label': text('searchRecords'),
  })
  readonly #rows = h('div', { class: 'rows records' })
  readonly #said = h('p', { class: 'status', role: 'status' })
  readonly #stage = h('div', { class: 'stage' })
  #player: Player | undefined
  #asked = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor() {
    this.#stage.hidden = true
    this.element = h(
      'section',
      { 'aria-label': text('records') },
      h('h2', {}, text('records')),
      ...[this.#search, this.#stage, this.#rows, this.#said],
    )
    this.#search.addEventListener('input', () => {
      clearTimeout(this.#timer)
      this.#timer = setTimeout(() => void this.load(), SEARCH_AFTER_MS)
    })
  }

  /** The last question wins. */
  async load(): Promise<void> {
    this.#asked += 1
    const mine = this.#asked
    const query = new URLSearchParams({ q: this.#search.value }).toString()
    const answer = await call<{ readonly rows: readonly Row[]; readonly more: boolean }>(`records?${query}`)
    if (mine !== this.#asked) return
    if (!answer.ok) {
      this.#said.textContent = answer.text
      return
    }
    const { rows, more } = answer.body
    this.#rows.replaceChildren(...rows.map((row) => this.#row(row)))
    this.#said.textContent = rows.length === 0 ? text('noRecords') : more ? text('moreRecords') : ''
  }

  #row(row: Row): HTMLElement {
    const { shortId, user, account, asset, startedAt, endedAt, commands, match } = row
    const took = endedAt === null ? text('running') : durationText(endedAt - startedAt)
    const facts = [dateText(startedAt), took, text('countCommands', { count: commands }), shortId]
    return h(
      'button',
      { class: 'row', 'data-record': row.id, onclick: () => void this.#show(row) },
      h('span', {}, `${user} · ${account}@${asset}`),
      h('small', {}, facts.join(' · ')),
      match !== null && h('code', { class: 'match' }, match),
    )
  }

  async #show(row: Row): Promise<void> {
    this.#player?.dispose()
    this.#player = undefined
    const screen = h('div', { class: 'player' })
    const list = h('ol', { 'aria-label': text('commands') })
    const title = h(
      'h3',
      { tabindex: '-1' },
      `${row.user} · ${row.account}@${row.asset} · ${dateText(row.startedAt)}`,
    )
    this.#stage.replaceChildren(title, screen, h('nav', {}, list))
    this.#stage.hidden = false
    title.focus()
    const answer = await call<readonly Command[]>(`records/${row.id}/commands`)
    if (!answer.ok) {
      screen.replaceChildren(h('p', { role: 'alert' }, answer.text))
      return
    }
    this.#player = await play(row.id, answer.body, screen)
    list.append(...answer.body.map((command) => this.#command(command)))
  }

  #command({ seconds, input, confidence, verdict }: Command): HTMLElement {
    const label = `${input} (${text(`sure_${confidence === 'exact' || confidence === 'screen' ? confidence : 'typed'}`)})`
    const jump = (): void => {
      void this.#player?.seek(Math.max(0, seconds - 1)).then(() => this.#player?.play())
    }
    return h(
      'li',
      { 'data-sure': confidence, 'data-verdict': verdict ?? undefined },
      h(
        'button',
        { class: 'quiet', 'aria-label': label, title: label, onclick: jump },
        h('time', {}, clock(seconds)),
        ' ',
        input,
      ),
    )
  }
}

/** The player is loaded with the first recording. Each command is a mark on its time line. */
async function play(id: string, commands: readonly Command[], place: HTMLElement): Promise<Player> {
  const { create } = await import('asciinema-player')
  const base = document.documentElement.dataset['page'] ?? ''
  const markers = commands.map(({ seconds, input }): [number, string] => [seconds, input])
  return create(`${base}api/records/${id}/recording`, place, {
    idleTimeLimit: 2,
    fit: 'width',
    markers,
    preload: true,
  })
}

function clock(seconds: number): string {
  const whole = Math.floor(seconds)
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}
