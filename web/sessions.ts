import 'asciinema-player/dist/bundle/asciinema-player.css'
import './base.css'
import './sessions.css'
import { whoAmI } from './api.ts'
import { h } from './dom.ts'
import { LiveSessions } from './live-sessions.ts'
import { Records } from './records.ts'
import { language, text } from './texts.ts'
import './theme.ts'

/** Sessions that run, and those that were: for administrators and auditors; others see their own that run. */
async function begin(app: HTMLElement): Promise<void> {
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
  document.title = `${text('sessions')} · cocod`
  const page = document.documentElement.dataset['page'] ?? '/'
  const me = await whoAmI()
  if (!me.ok) {
    const way = h('a', { href: me.login ?? page }, text('logIn'))
    app.replaceChildren(h('main', { class: 'login' }, h('p', { role: 'alert' }, me.text), way))
    return
  }
  const live = new LiveSessions(page)
  const records = me.body.reads ? new Records() : undefined
  const head = h(
    'header',
    { class: 'bar' },
    h('h1', {}, text('sessions')),
    h('a', { href: page }, text('toDesk')),
  )
  app.replaceChildren(h('main', { class: 'oversight' }, head, live.element, records?.element))
  await Promise.all([live.load(), records?.load()])
}

const app = document.getElementById('app')
if (app) void begin(app)
