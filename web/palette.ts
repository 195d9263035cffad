import type { Choice } from './dialog.ts'
import { moveFocus, showDialog } from './dialog.ts'
import { h } from './dom.ts'
import { text } from './texts.ts'

/** A box that finds tabs, commands and assets as one types; `assets` asks the bastion. */
export function showPalette(
  fixed: readonly Choice[],
  assets: (query: string) => Promise<readonly Choice[]>,
): void {
  const input = h('input', { type: 'search', 'aria-label': text('jump'), placeholder: text('jump') })
  const list = h('div', { class: 'rows' })
  const close = showDialog(text('jump'), input, list)
  let asked = 0
  const rows = (): HTMLElement[] => [...list.querySelectorAll<HTMLElement>('button')]
  const row = ({ label, hint, act }: Choice): HTMLElement =>
    h(
      'button',
      {
        class: 'row',
        onclick: () => {
          close()
          act()
        },
      },
      h('span', {}, label),
      h('small', {}, hint ?? ''),
    )
  const find = async (): Promise<void> => {
    asked += 1
    const mine = asked
    const query = input.value.trim().toLowerCase()
    const own = fixed.filter(({ label, hint }) => `${label} ${hint ?? ''}`.toLowerCase().includes(query))
    const found = await assets(query)
    if (mine === asked) list.replaceChildren(...[...own, ...found].slice(0, 50).map(row))
  }
  input.addEventListener('input', () => void find())
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') rows()[0]?.click()
    if (event.key === 'ArrowDown') moveFocus(event, rows())
  })
  list.addEventListener('keydown', (event) => moveFocus(event, rows()))
  input.focus()
  void find()
}
