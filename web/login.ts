import { type Answer, call } from './api.ts'
import { h } from './dom.ts'
import { switchLanguage, text } from './texts.ts'

interface Next {
  readonly next: 'in' | 'code'
  readonly text?: string
}

/** The way in: our own form, or the link to Jumpserver's. Resolves when somebody is logged in. */
export function showLogin(app: HTMLElement, elsewhere: string | undefined): Promise<void> {
  return new Promise((resolve) => {
    const heading = h('h1', {}, 'cocod')
    const ssh = h(
      'p',
      { class: 'ssh' },
      text('orBySsh'),
      h('code', {}, document.documentElement.dataset['ssh'] ?? ''),
    )
    const language = h(
      'button',
      { type: 'button', class: 'quiet', onclick: switchLanguage },
      text('language'),
    )
    const way = elsewhere === undefined ? form(resolve) : link(elsewhere)
    app.replaceChildren(h('main', { class: 'login' }, heading, way, ssh, language))
    app.querySelector<HTMLElement>('input, a')?.focus()
  })
}

const link = (elsewhere: string): HTMLElement =>
  h('p', {}, text('loggedOutElsewhere'), ' ', h('a', { href: elsewhere }, text('goToLogin')))

function form(done: () => void): HTMLElement {
  const user = field('user', { name: 'username', autocomplete: 'username', autocapitalize: 'none' })
  const password = field('password', { name: 'password', type: 'password', autocomplete: 'current-password' })
  const code = field('code', { name: 'code', inputmode: 'numeric', autocomplete: 'one-time-code' })
  code.label.hidden = true
  const problem = h('p', { class: 'problem', role: 'alert' })
  const button = h('button', { type: 'submit' }, text('logIn'))
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault()
    button.disabled = true
    const answer: Answer<Next> = code.label.hidden
      ? await call('login', { username: user.input.value, password: password.input.value })
      : await call('code', { code: code.input.value })
    button.disabled = false
    problem.textContent = answer.ok ? (answer.body.text ?? '') : answer.text
    if (answer.ok && answer.body.next === 'in') return done()
    const asked = answer.ok || !code.label.hidden
    code.label.hidden = !asked
    user.label.hidden = password.label.hidden = asked
    const next = asked ? code.input : password.input
    next.value = ''
    next.focus()
  }
  return h(
    'form',
    { onsubmit: (event) => void submit(event) },
    user.label,
    password.label,
    code.label,
    problem,
    button,
  )
}

function field(name: 'user' | 'password' | 'code', attributes: Readonly<Record<string, string>>) {
  const input = h('input', { spellcheck: 'false', ...attributes })
  return { input, label: h('label', {}, text(name), input) }
}
