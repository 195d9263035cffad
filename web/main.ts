import './main.css'
import { whoAmI } from './api.ts'
import { Desk } from './desk.ts'
import { h } from './dom.ts'
import { showLogin } from './login.ts'
import { language, text } from './texts.ts'
import './theme.ts'

/** Who is it? Then their desk, or the way in. */
async function begin(app: HTMLElement): Promise<void> {
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
  for (;;) {
    const answer = await whoAmI()
    if (answer.ok) return void new Desk(app, answer.body)
    if (answer.status === 401) await showLogin(app, answer.login)
    else await showTrouble(app, answer.text)
  }
}

function showTrouble(app: HTMLElement, trouble: string): Promise<void> {
  return new Promise((resolve) => {
    const again = h('button', { onclick: () => resolve() }, text('again'))
    app.replaceChildren(
      h('main', { class: 'login' }, h('h1', {}, 'cocod'), h('p', { role: 'alert' }, trouble), again),
    )
  })
}

const app = document.getElementById('app')
if (app) void begin(app)
