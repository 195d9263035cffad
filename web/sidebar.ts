import { type Answer, type Asset, call, type TreeNode } from './api.ts'
import { moveFocus } from './dialog.ts'
import { h } from './dom.ts'
import { text } from './texts.ts'

interface Listed {
  readonly total: number
  readonly assets: readonly Asset[]
}

/** Assets that match; the bastion searches, so that a list of tens of thousands stays there. */
export const findAssets = (query: string, node?: string, fresh = false): Promise<Answer<Listed>> =>
  call<Listed>(
    `assets?${new URLSearchParams({ q: query, ...(node && { node }), ...(fresh && { fresh: '1' }) }).toString()}`,
  )

/** The left column: search box, groups, and what matches. */
export class Sidebar {
  readonly element: HTMLElement
  readonly #onChoose: (asset: Asset) => void
  readonly #search = h('input', { type: 'search', placeholder: text('search'), 'aria-label': text('search') })
  readonly #nodes = h('select', { 'aria-label': text('assets') })
  readonly #list = h('div', { class: 'rows' })
  readonly #status = h('p', { class: 'status', role: 'status' })
  #asked = 0

  constructor(onChoose: (asset: Asset) => void) {
    this.#onChoose = onChoose
    const reload = h(
      'button',
      {
        class: 'quiet',
        title: text('reload'),
        'aria-label': text('reload'),
        onclick: () => void this.load(true),
      },
      '↻',
    )
    this.element = h(
      'nav',
      { class: 'sidebar', id: 'sidebar', 'aria-label': text('assets') },
      h('div', { class: 'bar' }, this.#search, reload),
      this.#nodes,
      this.#list,
      this.#status,
    )
    this.#search.addEventListener('input', () => void this.load())
    this.#search.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') this.#rows()[0]?.click()
      if (event.key === 'ArrowDown') moveFocus(event, this.#rows())
    })
    this.#nodes.addEventListener('change', () => void this.load())
    this.#list.addEventListener('keydown', (event) => moveFocus(event, this.#rows()))
    void this.#loadNodes()
    void this.load()
  }

  focus(): void {
    this.#search.focus()
    this.#search.select()
  }

  /** The last question wins: answers may come in another order. */
  async load(fresh = false): Promise<void> {
    this.#asked += 1
    const mine = this.#asked
    const answer = await findAssets(this.#search.value, this.#nodes.value || undefined, fresh)
    if (mine !== this.#asked) return
    if (!answer.ok) {
      this.#status.textContent = answer.text
      return
    }
    const { total, assets } = answer.body
    this.#list.replaceChildren(...assets.map((asset) => this.#row(asset)))
    const cut = total > assets.length ? text('more', { shown: assets.length, total }) : ''
    this.#status.textContent = total === 0 ? text('noAssets') : cut
  }

  #row(asset: Asset): HTMLElement {
    const where = [asset.address, asset.comment].filter(Boolean).join(' · ')
    return h(
      'button',
      { class: 'row', title: where, onclick: () => this.#onChoose(asset) },
      h('span', {}, asset.name),
      h('small', {}, where),
    )
  }

  #rows(): HTMLElement[] {
    return [...this.#list.querySelectorAll<HTMLElement>('button')]
  }

  async #loadNodes(): Promise<void> {
    const answer = await call<readonly TreeNode[]>('nodes')
    const nodes = answer.ok ? answer.body : []
    this.#nodes.hidden = nodes.length < 2
    this.#nodes.replaceChildren(
      h('option', { value: '' }, text('allAssets')),
      ...nodes.map(({ id, depth, name, assets }) =>
        h('option', { value: id }, `${'\u2003'.repeat(Math.max(0, depth - 1))}${name} (${assets})`),
      ),
    )
  }
}
