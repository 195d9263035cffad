import { type Choice, moveFocus } from './dialog.ts'
import { h } from './dom.ts'

/** A menu at the pointer, or where the keyboard's menu key put it; Escape or a click elsewhere closes it. */
export function showMenu({ clientX, clientY }: MouseEvent, choices: readonly Choice[]): void {
  const before = document.activeElement
  const close = (): void => {
    menu.remove()
    removeEventListener('pointerdown', onElsewhere, true)
    if (before instanceof HTMLElement) before.focus()
  }
  const onElsewhere = ({ target }: Event): void => {
    if (target instanceof Node && !menu.contains(target)) close()
  }
  const items = choices.map(({ label, hint, act }) =>
    h(
      'button',
      {
        class: 'row',
        role: 'menuitem',
        onclick: () => {
          close()
          act()
        },
      },
      h('span', {}, label),
      h('small', {}, hint ?? ''),
    ),
  )
  const menu = h('div', { class: 'menu', role: 'menu' }, ...items)
  menu.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' || event.key === 'Tab') close()
    else moveFocus(event, items)
  })
  document.body.append(menu)
  menu.style.left = `${Math.max(0, Math.min(clientX, innerWidth - menu.offsetWidth - 4))}px`
  menu.style.top = `${Math.max(0, Math.min(clientY, innerHeight - menu.offsetHeight - 4))}px`
  addEventListener('pointerdown', onElsewhere, true)
  items[0]?.focus()
}
