import './base.css'
import './files.css'
import { whoAmI } from './api.ts'
import { h } from './dom.ts'
import { FileBrowser } from './file-browser.ts'
import { FileClient } from './file-client.ts'
import { language, text } from './texts.ts'
import './theme.ts'

/** The file manager as a page of its own, where luna looks for it. */
async function begin(app: HTMLElement): Promise<void> {
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
  document.title = `${text('files')} · cocod`
  const { connector = '', asset = '_' } = document.documentElement.dataset
  const me = await whoAmI()
  if (!me.ok) {
    app.replaceChildren(h('main', { class: 'login' }, h('p', { role: 'alert' }, me.text)))
    return
  }
  const browser = new FileBrowser(new FileClient({ connector, asset, csrf: me.body.csrf }))
  app.replaceChildren(h('main', { class: 'files-page' }, browser.element))
  await browser.open(undefined)
  browser.focus()
}

const app = document.getElementById('app')
if (app) void begin(app)
