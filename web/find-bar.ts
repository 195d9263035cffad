import { h } from './dom.ts'
import type { Tab } from './tab.ts'
import { text } from './texts.ts'

/** The line that searches the scrollback of the tab in front. */
export class FindBar {
  readonly element: HTMLElement
  readonly #input = h('input', {
    type: 'search',
    placeholder: text('findNext'),
    'aria-label': text('findNext'),
  })
  readonly #current: () => Tab | undefined

  constructor(current: () => Tab | undefined) {
    this.#current = current
    const close = h(
      'button',
      { class: 'quiet', 'aria-label': text('close'), onclick: () => this.#close() },
      '✕',
    )
    this.element = h('div', { class: 'bar find', role: 'search' }, this.#input, close)
    this.element.hidden = true
    this.#input.addEventListener('input', () => this.#find(false))
    this.#input.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') this.#find(event.shiftKey)
      if (event.key === 'Escape') this.#close()
    })
  }

  open(): void {
    this.element.hidden = false
    this.#input.focus()
    this.#input.select()
  }

  #find(back: boolean): void {
    const search = this.#current()?.screen.search
    if (back) search?.findPrevious(this.#input.value)
    else search?.findNext(this.#input.value)
  }

  #close(): void {
    this.element.hidden = true
    this.#current()?.screen.search.clearDecorations()
    this.#current()?.screen.terminal.focus()
  }
}
