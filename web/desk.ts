import type { Asset, Me } from './api.ts'
import { call } from './api.ts'
import { ask } from './ask.ts'
import { type Choice, choose, showHelp } from './dialog.ts'
import { h } from './dom.ts'
import { FileClient } from './file-client.ts'
import { FilePanel } from './file-panel.ts'
import { FindBar } from './find-bar.ts'
import { bindKeys, type Commands } from './keys.ts'
import { Link } from './link.ts'
import { showMenu } from './menu.ts'
import { showPalette } from './palette.ts'
import { changeFontSize } from './screen.ts'
import { findAssets, Sidebar } from './sidebar.ts'
import { StatusBar } from './status-bar.ts'
import { type Goal, type See, Tab } from './tab.ts'
import { keepTabs, keptTabs, TabStrip } from './tab-strip.ts'
import { switchLanguage, text } from './texts.ts'
import { switchTheme } from './theme.ts'
import { touchKeys } from './touch-keys.ts'

/** The page of somebody who is logged in: assets on the left, tabs over the terminal, a bar below. */
export class Desk implements Commands {
  readonly #link = new Link()
  readonly #sidebar = new Sidebar((asset) => this.#choose(asset))
  readonly #place = h('div', { class: 'place' })
  readonly #empty = h('p', { class: 'empty' }, text('empty'))
  readonly #strip = new TabStrip({ show: (tab) => this.#show(tab), close: (tab) => this.#close(tab) })
  readonly #status = new StatusBar(this.#link)
  readonly #find = new FindBar(() => this.#current)
  readonly #files: FilePanel
  #tabs: Tab[] = []
  #current: Tab | undefined
  #toAll = false

  constructor(app: HTMLElement, me: Me) {
    this.#files = new FilePanel((goal) => {
      const connector = document.documentElement.dataset['connector'] ?? ''
      return new FileClient({ connector, csrf: me.csrf, asset: goal.asset, account: goal.account })
    })
    const burger = button('☰', text('menu'), () => this.assets())
    burger.classList.add('burger')
    const tools = h(
      'div',
      { class: 'tools' },
      button('⌕', text('jump'), () => this.jump()),
      button('▤', `${text('files')} (Alt+Shift+E)`, () => this.files()),
      button('◐', text('theme'), switchTheme),
      button('?', text('help'), showHelp),
      button('⎋', `${text('logOut')} (${me.username})`, () => void this.#logOut()),
    )
    const top = h('header', { class: 'top' }, burger, this.#strip.element, tools)
    const main = h(
      'main',
      { class: 'main' },
      top,
      this.#status.line,
      this.#find.element,
      h('div', { class: 'beside' }, this.#place, this.#files.element),
      touchKeys((bytes) => this.#current?.type(bytes)),
      this.#status.element,
    )
    this.#place.append(this.#empty)
    this.#place.addEventListener('contextmenu', (event) => this.#menu(event))
    app.replaceChildren(h('div', { class: 'desk' }, this.#sidebar.element, main))
    bindKeys(this)
    for (const { goal, room } of keptTabs()) this.#open(goal, room)
    this.#openSeen()
    if (this.#tabs.length === 0) this.#sidebar.focus()
  }

  assets(): void {
    document.body.classList.add('listing')
    this.#sidebar.focus()
  }

  jump(): void {
    const tabs = this.#tabs.map((tab) => ({
      label: tab.title,
      hint: tab.goal.accountName,
      act: () => this.#show(tab),
    }))
    showPalette([...tabs, ...this.#commands()], async (query) => {
      const answer = await findAssets(query)
      return answer.ok ? answer.body.assets.map((asset) => this.#choice(asset)) : []
    })
  }

  find(): void {
    this.#find.open()
  }

  /** The files of the tab in front, beside it. */
  files(): void {
    this.#files.toggle(this.#current?.goal)
  }

  help(): void {
    showHelp()
  }

  step(by: number): void {
    const at = this.#current ? this.#tabs.indexOf(this.#current) : -1
    this.nth((at + by + this.#tabs.length) % Math.max(1, this.#tabs.length))
  }

  nth(index: number): void {
    const tab = this.#tabs[index]
    if (tab) this.#show(tab)
  }

  closeTab(): void {
    if (this.#current) this.#close(this.#current)
  }

  size(by: number): void {
    changeFontSize(by)
  }

  copy(): void {
    const selected = this.#current?.screen.terminal.getSelection()
    if (selected) void navigator.clipboard?.writeText(selected)
  }

  async paste(): Promise<void> {
    try {
      this.#current?.screen.terminal.paste(await navigator.clipboard.readText())
    } catch {
      this.#status.say(text('pasteDenied'))
    }
  }

  /** The sessions page sends here what is to be looked at. */
  #openSeen(): void {
    const wish = new URLSearchParams(location.hash.slice(1))
    const types = wish.has('join')
    const session = wish.get(types ? 'join' : 'watch')
    history.replaceState(null, '', location.pathname)
    if (session) this.#open(seen(wish.get('title') ?? session, { session, types }))
  }

  async #joinByCode(): Promise<void> {
    const code = (await ask(text('joinByCode'), ''))?.trim()
    if (code) this.#open(seen(text('invited'), { code }))
  }

  #commands(): readonly Choice[] {
    return [
      {
        label: text('sessions'),
        act: () => void location.assign(`${document.documentElement.dataset['page'] ?? ''}sessions`),
      },
      { label: text('joinByCode'), act: () => void this.#joinByCode() },
      { label: text('files'), act: () => this.files() },
      { label: text('find'), act: () => this.find() },
      { label: text('bigger'), act: () => changeFontSize(1) },
      { label: text('smaller'), act: () => changeFontSize(-1) },
      { label: text('theme'), act: switchTheme },
      { label: text('typeToAll'), act: () => this.#switchToAll() },
      { label: text('language'), act: switchLanguage },
      { label: text('help'), act: showHelp },
      { label: text('logOut'), act: () => void this.#logOut() },
    ]
  }

  #choice(asset: Asset): Choice {
    return {
      label: asset.name,
      hint: [asset.address, asset.comment].filter(Boolean).join(' · '),
      act: () => this.#choose(asset),
    }
  }

  /** The account of the highest priority; a question only where several have it. */
  #choose(asset: Asset): void {
    document.body.classList.remove('listing')
    const most = Math.max(...asset.accounts.map(({ priority }) => priority))
    const best = asset.accounts.filter(({ priority }) => priority === most)
    const goal = ({ id, name }: { id: string; name: string }): Goal => ({
      asset: asset.id,
      name: asset.name,
      account: id,
      accountName: name,
    })
    const [only] = best
    if (!only) this.#status.say(text('noAccount'))
    else if (best.length === 1) this.#open(goal(only))
    else
      choose(
        text('chooseAccount', { asset: asset.name }),
        best.map((account) => ({ label: account.name, act: () => this.#open(goal(account)) })),
      )
  }

  #open(goal: Goal, room?: string): void {
    const tab = new Tab(goal, this.#link, this.#place)
    tab.onChange = () => this.#changed()
    tab.onTyped = (bytes) => {
      if (this.#toAll) for (const other of this.#tabs) if (other !== tab) other.type(bytes)
    }
    this.#tabs.push(tab)
    this.#show(tab)
    void (room === undefined ? tab.open() : tab.resume(room))
  }

  #show(tab: Tab): void {
    document.body.classList.remove('listing')
    this.#current = tab
    for (const each of this.#tabs) each.show(each === tab)
    this.#changed()
  }

  #close(tab: Tab): void {
    if (tab.state === 'live' && !confirm(text('closeLive'))) return
    const at = this.#tabs.indexOf(tab)
    this.#tabs = this.#tabs.filter((each) => each !== tab)
    tab.close()
    this.#current = undefined
    const next = this.#tabs[Math.min(at, this.#tabs.length - 1)]
    if (next) this.#show(next)
    else {
      this.#changed()
      this.#sidebar.focus()
    }
  }

  #changed(): void {
    this.#empty.hidden = this.#tabs.length > 0
    this.#files.follow(this.#current?.goal)
    this.#strip.draw(this.#tabs, this.#current)
    this.#status.draw(this.#current, this.#toAll)
    document.title = this.#current ? `${this.#current.title} · cocod` : 'cocod'
    keepTabs(this.#tabs)
  }

  #menu(event: MouseEvent): void {
    // With Shift the browser's own menu.
    if (!this.#current || event.shiftKey) return
    event.preventDefault()
    const { terminal } = this.#current.screen
    showMenu(event, [
      { label: text('copy'), hint: 'Ctrl+Shift+C', act: () => this.copy() },
      { label: text('paste'), hint: 'Ctrl+Shift+V', act: () => void this.paste() },
      { label: text('selectAll'), act: () => terminal.selectAll() },
      { label: text('find'), hint: 'Alt+Shift+F', act: () => this.find() },
      { label: text('clear'), act: () => terminal.clear() },
      { label: text('bigger'), act: () => changeFontSize(1) },
      { label: text('smaller'), act: () => changeFontSize(-1) },
    ])
  }

  #switchToAll(): void {
    this.#toAll = !this.#toAll
    this.#changed()
  }

  async #logOut(): Promise<void> {
    const answer = await call('logout', {})
    if (answer.ok) {
      keepTabs([])
      location.reload()
    } else this.#status.say(answer.text)
  }
}

const seen = (name: string, see: See): Goal => ({
  asset: '',
  name,
  account: '',
  accountName: text('seen'),
  see,
})

const button = (sign: string, label: string, act: () => void): HTMLButtonElement =>
  h('button', { class: 'quiet', title: label, 'aria-label': label, onclick: act }, sign)
