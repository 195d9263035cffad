import { call } from './api.ts'
import { ask } from './ask.ts'
import { showDialog } from './dialog.ts'
import { h } from './dom.ts'
import { text } from './texts.ts'
import { dateText, durationText } from './times.ts'

interface Live {
  readonly id: string
  readonly shortId: string
  readonly user: string
  readonly name: string
  readonly account: string
  readonly asset: string
  readonly remoteAddr: string
  readonly startedAt: number
  readonly idleMs: number
  readonly onlookers: ReadonlyArray<{ readonly name: string; readonly types: boolean }>
  readonly mayType: boolean
}

/** How often the list is looked at again while somebody looks at it. */
const AGAIN_MS = 5000

/** The sessions that run, with what may be done with each. */
export class LiveSessions {
  readonly element: HTMLElement
  readonly #page: string
  readonly #body = h('tbody')
  readonly #said = h('p', { class: 'status', role: 'status' })

  constructor(page: string) {
    this.#page = page
    const heads = ['user', 'session', 'from', 'since', 'idle', 'onlookers', 'actions'] as const
    const head = h('tr', {}, ...heads.map((name) => h('th', { scope: 'col' }, text(`col_${name}`))))
    this.element = h(
      'section',
      { 'aria-label': text('liveSessions') },
      h('h2', {}, text('liveSessions')),
      h('div', { class: 'scrolled' }, h('table', {}, h('thead', {}, head), this.#body)),
      this.#said,
    )
    setInterval(() => {
      if (!document.hidden) void this.load()
    }, AGAIN_MS)
  }

  async load(): Promise<void> {
    const answer = await call<readonly Live[]>('live')
    if (!answer.ok) {
      this.#said.textContent = answer.text
      return
    }
    this.#said.textContent = answer.body.length === 0 ? text('noSessions') : ''
    const focused = document.activeElement?.id
    this.#body.replaceChildren(...answer.body.map((each) => this.#row(each)))
    if (focused) document.getElementById(focused)?.focus()
  }

  #row(session: Live): HTMLElement {
    const { id, user, account, asset, remoteAddr, startedAt, idleMs, onlookers, mayType } = session
    const act = (name: 'watch' | 'join' | 'share' | 'end', run: () => void): HTMLElement =>
      h(
        'button',
        { id: `${name}-${id}`, 'aria-label': `${text(name)}: ${user}, ${account}@${asset}`, onclick: run },
        text(name),
      )
    const cells = [
      user,
      `${account}@${asset}`,
      remoteAddr,
      dateText(startedAt),
      durationText(idleMs),
      onlookers.map(({ name, types }) => (types ? `${name} ✎` : name)).join(', '),
    ]
    return h(
      'tr',
      { 'data-session': id },
      ...cells.map((cell) => h('td', {}, cell)),
      h(
        'td',
        { class: 'acts' },
        act('watch', () => this.#visit('watch', session)),
        mayType && act('join', () => this.#visit('join', session)),
        mayType && act('share', () => void this.#share(session)),
        mayType && act('end', () => void this.#end(session)),
      ),
    )
  }

  /** A tab of our own page shows it. */
  #visit(how: 'watch' | 'join', { id, account, asset }: Live): void {
    const wish = new URLSearchParams({ [how]: id, title: `${account}@${asset}` })
    h('a', { href: `${this.#page}#${wish}`, target: '_blank', rel: 'noopener' }).click()
  }

  async #share({ id }: Live): Promise<void> {
    const answer = await call<{ readonly code: string }>(`live/${id}/share`, { types: false, minutes: 60 })
    if (!answer.ok) this.#said.textContent = answer.text
    else
      showDialog(
        text('shareCode'),
        h('code', { class: 'address' }, answer.body.code),
        h('p', {}, text('shareHow')),
      )
  }

  async #end({ id, user, account, asset }: Live): Promise<void> {
    const reason = await ask(text('endWhy', { session: `${user}, ${account}@${asset}` }), '')
    if (reason === undefined) return
    const answer = await call(`live/${id}/end`, { reason })
    await this.load()
    if (!answer.ok) this.#said.textContent = answer.text
  }
}
