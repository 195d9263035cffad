import { h } from './dom.ts'
import { text } from './texts.ts'

/** A modal dialog with its own focus; Escape closes it. Gives a function that closes it. */
export function showDialog(title: string, ...content: readonly Node[]): () => void {
  const before = document.activeElement
  const dialog = h(
    'dialog',
    { 'aria-label': title },
    h(
      'header',
      {},
      h('h2', {}, title),
      h('button', { class: 'quiet', 'aria-label': text('close'), onclick: () => dialog.close() }, '✕'),
    ),
    ...content,
  )
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close()
  })
  dialog.addEventListener('close', () => {
    dialog.remove()
    if (before instanceof HTMLElement) before.focus()
  })
  document.body.append(dialog)
  dialog.showModal()
  return () => dialog.close()
}

export interface Choice {
  readonly label: string
  readonly hint?: string
  readonly act: () => void
}

/** A list to choose from with the arrow keys. `onCancel`: it was closed without a choice. */
export function choose(
  title: string,
  choices: readonly Choice[],
  onCancel: () => void = () => undefined,
): void {
  let chosen = false
  const buttons = choices.map(({ label, hint, act }) =>
    h(
      'button',
      {
        class: 'row',
        onclick: () => {
          chosen = true
          close()
          act()
        },
      },
      h('span', {}, label),
      h('small', {}, hint ?? ''),
    ),
  )
  const list = h('div', { class: 'rows', onkeydown: (event) => moveFocus(event, buttons) }, ...buttons)
  const close = showDialog(title, list)
  list.closest('dialog')?.addEventListener('close', () => {
    if (!chosen) onCancel()
  })
  buttons[0]?.focus()
}

/** Arrow keys, Home and End among buttons. */
export function moveFocus(event: Event, items: readonly HTMLElement[]): void {
  if (!(event instanceof KeyboardEvent)) return
  const at = items.findIndex((item) => item.matches(':focus'))
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key]
  if (to === undefined) return
  event.preventDefault()
  items[Math.max(0, Math.min(items.length - 1, to))]?.focus()
}

/** Asks before an address that came from an asset is opened; only the web's own are. */
export function askToOpen(address: string): void {
  if (!/^https?:\/\//i.test(address)) return
  const open = h('button', {}, text('open'))
  const close = showDialog(text('openLink'), h('p', { class: 'address' }, address), open)
  open.addEventListener('click', () => {
    close()
    window.open(address, '_blank', 'noopener,noreferrer')
  })
  open.focus()
}

export function showHelp(): void {
  const keys: ReadonlyArray<readonly [string, string]> = [
    ['Alt+Shift+K', text('keyJump')],
    ['Alt+Shift+A', text('keyAssets')],
    ['Alt+Shift+→ ←', text('keyTabs')],
    ['Alt+1 … 9', text('keyNth')],
    ['Alt+Shift+W', text('keyClose')],
    ['Alt+Shift+F', text('keyFind')],
    ['Alt+Shift+E', text('keyFiles')],
    ['Ctrl+Shift+C  V', text('keyCopy')],
    ['Alt+Shift++  −', text('keySize')],
    ['Alt+Shift+H', text('keyHelp')],
  ]
  const rows = keys.flatMap(([key, what]) => [h('dt', {}, h('kbd', {}, key)), h('dd', {}, what)])
  showDialog(text('keys'), h('dl', { class: 'keys' }, ...rows), h('p', {}, text('outside')))
}
