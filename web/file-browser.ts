import { ask, askYes } from './ask.ts'
import { choose, moveFocus } from './dialog.ts'
import { h } from './dom.ts'
import { chosen, dropped, type Given } from './dropped.ts'
import type { Directory, FileClient, FileEntry } from './file-client.ts'
import { fetchFile, LARGEST_HELD } from './file-download.ts'
import { FileRow } from './file-row.ts'
import { text } from './texts.ts'
import { Transfers } from './transfers.ts'

/** A file manager: one directory at a time, what is done in it, and the transfers. */
export class FileBrowser {
  readonly element: HTMLElement
  readonly #client: FileClient
  readonly #transfers = new Transfers()
  readonly #way = h('nav', { class: 'way', 'aria-label': text('path') })
  readonly #rows = h('div', {
    class: 'files',
    role: 'listbox',
    'aria-multiselectable': 'true',
    'aria-label': text('files'),
  })
  readonly #said = h('p', { class: 'status', role: 'status' })
  readonly #problem = h('p', { class: 'problem', role: 'alert' })
  readonly #files = h('input', { type: 'file', multiple: true, hidden: true, 'aria-label': text('upload') })
  readonly #folder = h('input', {
    type: 'file',
    webkitdirectory: true,
    hidden: true,
    'aria-label': text('uploadFolder'),
  })
  readonly #tools: ReadonlyMap<string, HTMLButtonElement>
  #directory: Directory | undefined
  #shown: readonly FileRow[] = []

  constructor(client: FileClient) {
    this.#client = client
    this.#tools = new Map([
      ['up', tool('↑', text('up'), () => this.#up())],
      ['reload', tool('↻', text('reloadFiles'), () => void this.open(this.#directory?.cwd.hash))],
      ['upload', tool('⇧', text('upload'), () => this.#files.click())],
      ['uploadFolder', tool('⇪', text('uploadFolder'), () => this.#folder.click())],
      ['download', tool('⇩', text('download'), () => void this.#download())],
      ['newFolder', tool('+', text('newFolder'), () => void this.#makeDirectory())],
      ['rename', tool('✎', text('rename'), () => void this.#rename())],
      ['remove', tool('⌫', text('remove'), () => void this.#remove())],
    ])
    const bar = h(
      'div',
      { class: 'file-tools', role: 'toolbar', 'aria-label': text('files') },
      ...this.#tools.values(),
    )
    this.element = h(
      'section',
      { class: 'file-browser', 'aria-label': text('files') },
      ...[
        bar,
        this.#way,
        this.#problem,
        this.#rows,
        this.#said,
        this.#transfers.element,
        this.#files,
        this.#folder,
      ],
    )
    this.#listen()
  }

  focus(): void {
    const [first] = this.#shown
    if (first) first.element.focus()
    else this.#rows.focus()
  }

  /** Shows a directory; undefined: where the page begins. */
  async open(target: string | undefined): Promise<void> {
    this.#said.textContent = text('loading')
    await this.#try(async () => {
      const directory = await this.#client.open(target)
      this.#directory = directory
      this.#draw(directory)
    })
    if (this.#said.textContent === text('loading')) this.#said.textContent = ''
  }

  #listen(): void {
    const { element } = this
    for (const input of [this.#files, this.#folder]) {
      input.addEventListener('change', () => {
        void this.#upload(chosen(input.files))
        input.value = ''
      })
    }
    this.#rows.addEventListener('keydown', (event) => this.#key(event))
    element.addEventListener('dragover', (event) => {
      event.preventDefault()
      element.classList.add('dropping')
    })
    element.addEventListener('dragleave', (event) => {
      if (!(event.relatedTarget instanceof Node && element.contains(event.relatedTarget)))
        element.classList.remove('dropping')
    })
    element.addEventListener('drop', (event) => {
      event.preventDefault()
      element.classList.remove('dropping')
      if (event.dataTransfer)
        void this.#try(async () => this.#upload(await dropped(event.dataTransfer as DataTransfer)))
    })
  }

  #draw({ cwd, entries, way, warning }: Directory): void {
    this.#way.replaceChildren(
      ...way.map((entry) =>
        h(
          'button',
          {
            class: 'quiet',
            'aria-current': entry === cwd ? 'location' : undefined,
            onclick: () => void this.open(entry.hash),
          },
          entry.name,
        ),
      ),
    )
    const order = [...entries].sort(
      (one, other) =>
        rank(one) - rank(other) || one.name.localeCompare(other.name, undefined, { numeric: true }),
    )
    this.#shown = order.map(
      (entry) =>
        new FileRow(
          entry,
          (row, more) => this.#select(row, more),
          () => this.#enter(entry),
        ),
    )
    this.#rows.replaceChildren(...this.#shown.map((row) => row.element))
    this.#said.textContent = warning ?? (entries.length === 0 ? text('emptyDirectory') : '')
    this.#selected()
  }

  #select(row: FileRow, more: boolean): void {
    if (!more) for (const each of this.#shown) each.selected = each === row
    else row.selected = !row.selected
    this.#selected()
  }

  get #chosen(): readonly FileEntry[] {
    return this.#shown.filter(({ selected }) => selected).map(({ entry }) => entry)
  }

  /** What can be done with what is selected. Whether it is done is the bastion's to decide. */
  #selected(): void {
    const { cwd, way = [] } = this.#directory ?? {}
    const chosen = this.#chosen
    const free = chosen.length > 0 && chosen.every(({ locked, write }) => locked === 0 && write === 1)
    const writable = cwd?.write === 1
    const can: Readonly<Record<string, boolean>> = {
      up: way.length > 1,
      upload: writable,
      uploadFolder: writable,
      newFolder: writable,
      download: chosen.length > 0 && chosen.every(({ read }) => read === 1),
      rename: free && chosen.length === 1,
      remove: free,
    }
    for (const [name, button] of this.#tools) button.disabled = can[name] === false
  }

  #key(event: KeyboardEvent): void {
    const rows = this.#shown.map(({ element }) => element)
    const row = this.#shown.find(({ element }) => element === document.activeElement)
    const acts: Readonly<Record<string, () => void>> = {
      Backspace: () => this.#up(),
      Delete: () => void this.#remove(),
      F2: () => void this.#rename(),
      ...(row && { ' ': () => this.#select(row, true), Enter: () => this.#enter(row.entry) }),
    }
    const act = acts[event.key]
    if (act) {
      event.preventDefault()
      act()
    } else moveFocus(event, rows)
  }

  #up(): void {
    const above = this.#directory?.way.at(-2)
    if (above) void this.open(above.hash).then(() => this.focus())
  }

  #enter(entry: FileEntry): void {
    if (entry.mime === 'directory') void this.open(entry.hash).then(() => this.focus())
    else void this.#fetch(entry)
  }

  async #makeDirectory(): Promise<void> {
    const { cwd } = this.#directory ?? {}
    const name = await ask(text('newFolder'), '')
    if (cwd && name) await this.#change(() => this.#client.makeDirectory(cwd.hash, name))
  }

  async #rename(): Promise<void> {
    const [entry] = this.#chosen
    if (!entry) return
    const name = await ask(text('rename'), entry.name)
    // What is shown of a name that is no text must not become its name.
    if (name && name !== entry.name) await this.#change(() => this.#client.rename(entry.hash, name))
  }

  async #remove(): Promise<void> {
    const chosen = this.#chosen
    const [first] = chosen
    if (!first) return
    const question =
      chosen.length === 1
        ? text('removeOne', { name: first.name })
        : text('removeMany', { count: chosen.length })
    if (await askYes(question, text('remove')))
      await this.#change(() => this.#client.remove(chosen.map(({ hash }) => hash)))
  }

  async #download(): Promise<void> {
    const chosen = this.#chosen
    const [only] = chosen
    if (only && chosen.length === 1 && only.mime !== 'directory') return await this.#fetch(only)
    await this.#try(async () => visit(await this.#client.zipAddress(chosen.map(({ hash }) => hash))))
  }

  /** Large files go to the browser's own list of downloads: they would not fit into the page. */
  async #fetch(entry: FileEntry): Promise<void> {
    const address = this.#client.fileAddress(entry.hash)
    if (entry.size > LARGEST_HELD) visit(address)
    else
      await this.#transfers.add(`⇩ ${entry.name}`, (onProgress, signal) =>
        fetchFile({ address, entry }, onProgress, signal),
      )
  }

  async #upload(given: readonly Given[]): Promise<void> {
    const { cwd } = this.#directory ?? {}
    if (!cwd || given.length === 0) return
    await this.#try(async () => {
      const names = given.filter(({ folder }) => folder === '').map(({ file }) => file.name)
      const there = new Set(await this.#client.existing(cwd.hash, names))
      const wanted = there.size === 0 ? given : await this.#replaced(given, there)
      const all = wanted.map(({ file, folder }) =>
        this.#transfers.add(
          `⇧ ${folder === '' ? '' : `${folder.slice(1)}/`}${file.name}`,
          (onProgress, signal) =>
            this.#client.upload(
              file,
              { directory: cwd.hash, folder },
              (bytes) => onProgress(bytes, file.size),
              signal,
            ),
        ),
      )
      await Promise.all(all)
      if (wanted.length > 0 && this.#directory?.cwd.hash === cwd.hash) await this.open(cwd.hash)
    })
  }

  #replaced(given: readonly Given[], there: ReadonlySet<string>): Promise<readonly Given[]> {
    const others = given.filter(({ file, folder }) => folder !== '' || !there.has(file.name))
    return new Promise((resolve) => {
      choose(
        text('alreadyThere', { names: [...there].slice(0, 5).join(', ') }),
        [
          { label: text('replace'), act: () => resolve(given) },
          { label: text('skip'), act: () => resolve(others) },
        ],
        () => resolve([]),
      )
    })
  }

  async #change(act: () => Promise<void>): Promise<void> {
    await this.#try(act)
    const problem = this.#problem.textContent
    await this.open(this.#directory?.cwd.hash)
    this.#problem.textContent = problem
    this.focus()
  }

  async #try(act: () => Promise<unknown>): Promise<void> {
    this.#problem.textContent = ''
    try {
      await act()
    } catch (error) {
      this.#problem.textContent = error instanceof Error ? error.message : text('away')
    }
  }
}

const rank = ({ mime }: FileEntry): number => (mime === 'directory' ? 0 : 1)

const tool = (sign: string, label: string, act: () => void): HTMLButtonElement =>
  h('button', { class: 'quiet', title: label, 'aria-label': label, onclick: act }, sign)

/** A download answers with an attachment, which leaves this page as it is; a refusal is a page of its own. */
function visit(address: string): void {
  const link = h('a', { href: address, target: '_blank', rel: 'noopener' })
  link.click()
}
