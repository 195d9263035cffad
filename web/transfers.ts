import { h } from './dom.ts'
import { text } from './texts.ts'

/** Transfers that run at a time. */
const AT_ONCE = 2
/** Lines of what is over that are kept. */
const MOST_OVER = 100

export type Run = (onProgress: (bytes: number, total: number) => void, signal: AbortSignal) => Promise<void>

interface Waiting {
  readonly begin: () => Promise<void>
}

/** The list of uploads and downloads with how far they are; each can be cancelled, some run at a time. */
export class Transfers {
  readonly element = h('ul', { class: 'transfers', 'aria-label': text('transfers') })
  readonly #waiting: Waiting[] = []
  #running = 0

  constructor() {
    this.element.hidden = true
  }

  /** Adds a transfer; resolves when it is over, however it ended. */
  add(title: string, run: Run): Promise<void> {
    return new Promise((resolve) => {
      const line = new Line(title, run)
      this.element.hidden = false
      this.element.append(line.element)
      this.#waiting.push({ begin: () => line.run().finally(resolve) })
      this.#next()
    })
  }

  #next(): void {
    while (this.#running < AT_ONCE) {
      const next = this.#waiting.shift()
      if (!next) return
      this.#running += 1
      void next.begin().finally(() => {
        this.#running -= 1
        this.#tidy()
        this.#next()
      })
    }
  }

  #tidy(): void {
    const over = [...this.element.querySelectorAll('li[data-state=done]')]
    for (const line of over.slice(0, Math.max(0, over.length - MOST_OVER))) line.remove()
  }
}

class Line {
  readonly element: HTMLElement
  readonly #run: Run
  readonly #stop = new AbortController()
  readonly #bar = h('progress', { max: '1', value: '0' })
  readonly #said = h('small', { role: 'status' }, text('waiting'))
  readonly #button: HTMLButtonElement

  constructor(title: string, run: Run) {
    this.#run = run
    this.#bar.setAttribute('aria-label', title)
    const label = text('cancelOf', { name: title })
    this.#button = h(
      'button',
      { class: 'quiet', title: label, 'aria-label': label, onclick: () => this.#press() },
      '✕',
    )
    this.element = h('li', {}, h('span', { class: 'name' }, title), this.#button, this.#bar, this.#said)
  }

  async run(): Promise<void> {
    try {
      this.#stop.signal.throwIfAborted()
      await this.#run((bytes, total) => this.#progress(bytes, total), this.#stop.signal)
      this.#end('done', text('done'))
    } catch (error) {
      if (this.#stop.signal.aborted) this.#end('cancelled', text('cancelled'))
      else this.#end('failed', error instanceof Error ? error.message : text('away'))
    }
  }

  #progress(bytes: number, total: number): void {
    this.#bar.value = total === 0 ? 1 : Math.min(1, bytes / total)
    this.#said.textContent = `${sizeText(Math.min(bytes, total))} / ${sizeText(total)}`
  }

  #end(state: 'done' | 'cancelled' | 'failed', said: string): void {
    this.element.dataset['state'] = state
    this.#bar.hidden = true
    this.#said.textContent = said
    const label = text('removeLine')
    this.#button.title = label
    this.#button.setAttribute('aria-label', label)
  }

  #press(): void {
    if (this.element.dataset['state']) this.element.remove()
    else this.#stop.abort()
  }
}

/** `1.5 MB`. */
export function sizeText(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB']
  let at = 0
  for (; bytes >= 1000 && at < units.length - 1; at++) bytes /= 1024
  return `${at === 0 || bytes >= 100 ? Math.round(bytes) : bytes.toFixed(1)} ${units[at]}`
}
