import { h } from './dom.ts'
import { FileBrowser } from './file-browser.ts'
import type { FileClient } from './file-client.ts'
import type { Goal } from './tab.ts'
import { text } from './texts.ts'

/** The files of the tab in front, in a column beside it. Transfers go on while another tab is looked at. */
export class FilePanel {
  readonly element = h('aside', { class: 'side', 'aria-label': text('files') })
  readonly #clientOf: (goal: Goal) => FileClient
  readonly #browsers = new Map<string, FileBrowser>()
  readonly #browser = h('div', { class: 'side-files' })

  constructor(clientOf: (goal: Goal) => FileClient) {
    this.#clientOf = clientOf
    this.element.hidden = true
    const close = h(
      'button',
      { class: 'quiet', 'aria-label': text('close'), onclick: () => this.#hide() },
      '✕',
    )
    this.element.append(
      h('header', { class: 'side-head' }, h('strong', {}, text('files')), close),
      this.#browser,
    )
  }

  toggle(goal: Goal | undefined): void {
    if (!this.element.hidden) this.#hide()
    else if (goal && !goal.see) {
      this.element.hidden = false
      this.#show(goal).focus()
    }
  }

  /** Another tab is in front. */
  follow(goal: Goal | undefined): void {
    if (this.element.hidden) return
    if (goal && !goal.see) this.#show(goal)
    else this.#hide()
  }

  #show(goal: Goal): FileBrowser {
    const key = `${goal.asset} ${goal.account}`
    let browser = this.#browsers.get(key)
    if (!browser) {
      browser = new FileBrowser(this.#clientOf(goal))
      this.#browsers.set(key, browser)
      void browser.open(undefined)
    }
    if (this.#browser.firstChild !== browser.element) this.#browser.replaceChildren(browser.element)
    return browser
  }

  #hide(): void {
    this.element.hidden = true
  }
}
