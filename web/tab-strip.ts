import { moveFocus } from './dialog.ts'
import { h } from './dom.ts'
import type { Goal, Tab } from './tab.ts'
import { text } from './texts.ts'

interface Kept {
  readonly goal: Goal
  readonly room: string
}

const STORE = 'cocod.tabs'

/** The tabs of this page as they were before it was loaded anew. Kept by the browser for this one window only. */
export function keptTabs(): readonly Kept[] {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(STORE) ?? '[]')
    return isKept(kept) ? kept : []
  } catch {
    return []
  }
}

/** Nobody but this page writes there. */
const isKept = (value: unknown): value is readonly Kept[] => Array.isArray(value)

export function keepTabs(tabs: readonly Tab[]): void {
  const live = tabs.flatMap(({ goal, roomId, state }) =>
    roomId && state === 'live' ? [{ goal, room: roomId }] : [],
  )
  try {
    sessionStorage.setItem(STORE, JSON.stringify(live))
  } catch {
    // Then a reload begins with an empty page.
  }
}

/** The row of tabs. */
export class TabStrip {
  readonly element = h('div', { class: 'strip', role: 'tablist' })
  readonly #acts: { readonly show: (tab: Tab) => void; readonly close: (tab: Tab) => void }

  constructor(acts: { readonly show: (tab: Tab) => void; readonly close: (tab: Tab) => void }) {
    this.#acts = acts
    this.element.addEventListener('keydown', (event) => {
      const key = { ArrowLeft: 'ArrowUp', ArrowRight: 'ArrowDown' }[event.key]
      const tabs = [...this.element.querySelectorAll<HTMLElement>('[role=tab]')]
      if (key) moveFocus(new KeyboardEvent('keydown', { key }), tabs)
    })
  }

  draw(tabs: readonly Tab[], current: Tab | undefined): void {
    this.element.replaceChildren(...tabs.map((tab) => this.#tab(tab, tab === current)))
    this.element
      .querySelector('[aria-selected=true]')
      ?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }

  #tab(tab: Tab, selected: boolean): HTMLElement {
    const close = text('closeTab', { name: tab.goal.name })
    return h(
      'span',
      {
        class: `tab-head ${tab.state}${selected ? ' selected' : ''}${tab.bell ? ' bell' : ''}`,
        role: 'presentation',
      },
      h(
        'button',
        {
          role: 'tab',
          'aria-selected': String(selected),
          title: tab.title,
          onclick: () => this.#acts.show(tab),
        },
        `${tab.bell ? '• ' : ''}${tab.title}`,
      ),
      h(
        'button',
        { class: 'quiet', title: close, 'aria-label': close, onclick: () => this.#acts.close(tab) },
        '✕',
      ),
    )
  }
}
