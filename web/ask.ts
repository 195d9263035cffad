import { showDialog } from './dialog.ts'
import { h } from './dom.ts'
import { text } from './texts.ts'

/** Asks for a line; undefined when it is cancelled. */
export function ask(title: string, given: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const input = h('input', { value: given, 'aria-label': title, spellcheck: 'false' })
    let answer: string | undefined
    const close = showDialog(
      title,
      h(
        'form',
        {
          class: 'bar',
          onsubmit: (event) => {
            event.preventDefault()
            answer = input.value
            close()
          },
        },
        input,
        h('button', { type: 'submit' }, text('ok')),
      ),
    )
    input.closest('dialog')?.addEventListener('close', () => resolve(answer))
    input.focus()
    const dot = given.lastIndexOf('.')
    input.setSelectionRange(0, dot > 0 ? dot : given.length)
  })
}

/** Asks before something that cannot be undone. */
export function askYes(question: string, yes: string): Promise<boolean> {
  return new Promise((resolve) => {
    let answer = false
    const button = h(
      'button',
      {
        onclick: () => {
          answer = true
          close()
        },
      },
      yes,
    )
    const close = showDialog(
      question,
      h('div', { class: 'bar' }, button, h('button', { onclick: () => close() }, text('cancel'))),
    )
    button.closest('dialog')?.addEventListener('close', () => resolve(answer))
    button.focus()
  })
}
